import { describe, expect, it } from 'vitest';
import { customStatus } from './custom-status.js';
import { checkStatuses, customStatuses, sendStatuses, summary } from './mob-statuses.test.fixture.js';
import { checkcodeStatus, sendmsgStatus } from './sms-status.js';

// Without the wire, which mob-answers.test.ts goes over.
describe.each([
  ['sendmsg', sendmsgStatus, sendStatuses],
  ['checkcode and verify', checkcodeStatus, checkStatuses],
  ['custom/msg', customStatus, customStatuses],
] as const)('the statuses of %s', (_name, outcomeOf, table) => {
  it.each(Object.entries(table))('%s is %s, for a reason that a sentence gives', (status, expected) => {
    const outcome = outcomeOf(Number(status));
    expect(summary(outcome)).toBe(expected);
    if (!('code' in outcome)) return;
    expect(outcome.providerCode).toBe(status);
    expect(outcome.message).toMatch(/^\p{Lu}.+ .+\.$/u);
  });

  it('are told apart where Mob tells them apart: no two neighbours give the same reason', () => {
    const outcomes = Object.keys(table).map((status) => outcomeOf(Number(status)));
    const reasons = outcomes.flatMap((outcome) => ('code' in outcome ? [outcome.message] : []));
    expect(reasons.filter((reason, index) => reason === reasons[index + 1])).toEqual([]);
  });

  it('that are in no table are unknown, never success', () => {
    for (let status = -1; status <= 1_000; status += 1) {
      if (status in table) continue;
      const outcome = outcomeOf(status);
      expect(summary(outcome), `status ${status}`).toBe('unknown unrecognized_provider_code');
      expect(outcome).toMatchObject({
        providerCode: String(status),
        message: `Mob answered with the status ${status}, which is in none of its tables.`,
      });
    }
  });

  it('say how long to wait where Mob tells it, and nowhere else', () => {
    const waits = Object.keys(table).filter((status) => 'retryAfterMs' in outcomeOf(Number(status)));
    expect(waits).toEqual(['219', '462'].filter((status) => status in table));
    for (const status of waits) expect(outcomeOf(Number(status))).toMatchObject({ retryAfterMs: 60_000 });
  });
});

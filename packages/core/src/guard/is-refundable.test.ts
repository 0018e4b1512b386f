import { afterEach, describe, expect, it, vi } from 'vitest';
import { client, fake } from '../client/sms-client.test.fixture.js';
import type { SendOutcome } from '../contract/outcomes.js';
import { accepted, notSent, refused, unknown } from '../provider-kit/outcomes.js';
import type { AlarmEvent } from '../telemetry/events.js';

const to = '+8613800138000';

afterEach(() => void vi.useRealTimers());

/** Whether the phone may be written to again at once, after a call that ended so. */
async function mayTryAgain(outcomes: readonly SendOutcome[]): Promise<boolean> {
  const providers = outcomes.map((outcome, index) => fake(`p${index}`, [outcome, accepted()]));
  const sms = client(providers);
  await sms.verifications.start({ to }).catch(() => {});
  return sms.verifications.start({ to }).then(
    () => true,
    (error) => error.code !== 'resend_too_soon',
  );
}

describe('the limits of a person', () => {
  it.each<[string, readonly SendOutcome[]]>([
    ['nothing was sent', [notSent('network_error', 'x')]],
    ['the account has run dry', [refused('insufficient_balance', 'x')]],
    ['the key is wrong, and the next is not reached', [refused('authentication_failed', 'x'), notSent('timeout', 'x')]],
    ['the account sends too fast', [refused('rate_limited', 'x')]],
    ['the template is not approved', [refused('template_rejected', 'x')]],
    ['the sender is not registered', [refused('sender_rejected', 'x')]],
  ])('are not used up when %s', async (_name, outcomes) => {
    expect(await mayTryAgain(outcomes)).toBe(true);
  });

  it.each<[string, readonly SendOutcome[]]>([
    ['a code was sent', [accepted()]],
    ['nobody knows', [unknown('timeout', 'x')]],
    ['the number is none', [refused('invalid_phone_number', 'x')]],
    ['the phone is blocked', [refused('recipient_blocked', 'x')]],
    ['the phone has had too much', [refused('recipient_rate_limited', 'x'), notSent('timeout', 'x')]],
    ['a provider said something new', [refused('unrecognized_provider_code', 'x')]],
  ])('are used up when %s', async (_name, outcomes) => {
    expect(await mayTryAgain(outcomes)).toBe(false);
  });

  it('hold for a guarded message as for a verification', async () => {
    const sms = client([fake('a', [refused('insufficient_balance', 'x'), accepted()])]);
    const message = { to, text: 'hello', guard: true };
    await expect(sms.send(message)).rejects.toMatchObject({ code: 'insufficient_balance' });
    await sms.send(message);
    await expect(sms.send(message)).rejects.toMatchObject({ code: 'resend_too_soon' });
  });
});

describe('the alarm', () => {
  it('counts what was sent, not what no provider took', async () => {
    vi.useFakeTimers();
    const minuteMs = 60_000;
    const alarms: AlarmEvent[] = [];
    const answers: SendOutcome[] = [
      ...Array.from({ length: 30 }, () => refused('insufficient_balance', 'x')),
      ...Array.from({ length: 30 }, () => accepted()),
    ];
    const sms = client([fake('a', answers)], {
      guard: { limits: { prefix: false, phone: false, global: false } },
      breaker: { minimumCalls: 1000 },
    });
    sms.on('alarm', (alarm) => alarms.push(alarm));
    for (let index = 0; index < 30; index += 1) await sms.verifications.start({ to }).catch(() => {});
    await vi.advanceTimersByTimeAsync(3 * minuteMs);
    await sms.verifications.start({ to, purpose: 'p' });
    expect(alarms).toEqual([]);
    for (let index = 0; index < 12; index += 1) await sms.verifications.start({ to, purpose: `p${index}` });
    await vi.advanceTimersByTimeAsync(3 * minuteMs);
    await sms.verifications.start({ to, purpose: 'q' });
    expect(alarms).toMatchObject([{ prefix: '+861380013****', approvals: 0 }]);
  });
});

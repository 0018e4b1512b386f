import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../contract/outcomes.js';
import type { VerificationCheckResult } from '../verification/verification-requests.js';
import { failureOf, fake } from './sms-client.test.fixture.js';
import { issuedCode, issuer, lastCode, phone, verifier, wrong } from './verifications.test.fixture.js';

const times = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, i) => make(i));

function countsOf(
  results: readonly VerificationCheckResult[],
): Partial<Record<VerificationCheckResult['outcome'], number>> {
  const counts: Partial<Record<VerificationCheckResult['outcome'], number>> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

describe('1000 checks with the right code at once', () => {
  it.each(['by id', 'by phone'])('approve it exactly once: a code of ours, %s', async (how) => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone });
    const target = how === 'by id' ? { id } : { to: phone };
    const code = lastCode(text);
    const results = await Promise.all(times(1_000, () => sms.verifications.check({ ...target, code })));
    expect(countsOf(results)).toEqual({ approved: 1, 'not-found': 999 });
  });

  it('approve it exactly once: a code whose provider accepts it once', async () => {
    let accepted = 0;
    const once = async (): Promise<CheckOutcome> => {
      await new Promise(setImmediate);
      accepted += 1;
      return { outcome: accepted === 1 ? 'approved' : 'incorrect' };
    };
    const mob = issuer('mob', { check: [once] });
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    const results = await Promise.all(times(1_000, () => sms.verifications.check({ id, code: issuedCode })));
    // Five are charged before the first answer; the others find no check left.
    expect(countsOf(results)).toEqual({ approved: 1, incorrect: 4, exhausted: 995 });
    expect(mob.checked.length).toBe(5);
  });

  it('approve it exactly once: a code whose provider accepts it every time', async () => {
    const always = async (): Promise<CheckOutcome> => {
      await new Promise(setImmediate);
      return { outcome: 'approved' };
    };
    const mob = issuer('mob', { check: [always] });
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    const results = await Promise.all(times(1_000, () => sms.verifications.check({ id, code: issuedCode })));
    expect(countsOf(results)).toEqual({ approved: 1, 'not-found': 4, exhausted: 995 });
  });

  it('of two kinds approve one of them exactly once', async () => {
    const text = fake('text');
    const { sms } = verifier([issuer('mob'), text]);
    await sms.verifications.start({ to: phone });
    await sms.verifications.start({ to: phone });
    const codes = [issuedCode, lastCode(text)];
    const results = await Promise.all(
      times(1_000, (index) => sms.verifications.check({ to: phone, code: codes[index % 2] as string })),
    );
    expect(countsOf(results).approved).toBe(1);
  });
});

describe('300 wrong checks at once', () => {
  it('are judged five times', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    const results = await Promise.all(
      times(300, (index) => sms.verifications.check({ id, code: wrong(code, index + 1) })),
    );
    expect(countsOf(results)).toEqual({ incorrect: 5, exhausted: 295 });
    expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'exhausted' });
  });

  it('over several codes are judged fifteen times, and reach a provider no more often', async () => {
    const mob = issuer('mob', { check: [async () => ({ outcome: 'incorrect' })] });
    const { sms } = verifier([mob]);
    const ids: string[] = [];
    for (let start = 0; start < 6; start += 1) ids.push((await sms.verifications.start({ to: phone })).id);
    const results = await Promise.all(
      times(300, (index) => sms.verifications.check({ id: ids[index % 6] as string, code: String(index) })),
    );
    expect(countsOf(results)).toEqual({ incorrect: 15, exhausted: 285 });
    expect(mob.checked.length).toBe(15);
    expect(await failureOf(sms.verifications.start({ to: phone }))).toMatchObject({ code: 'verification_locked' });
  });
});

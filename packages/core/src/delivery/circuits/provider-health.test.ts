import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { errorPolicies, smsErrorCodes } from '../../errors/error-codes.js';
import { accepted, notSent, refused, unknown } from '../../provider-kit/outcomes.js';
import { circuitVerdict } from './provider-health.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000 }));
afterEach(() => void vi.useRealTimers());

it('a message taken and a code judged speak for the provider, whatever the verdict on the code', () => {
  const judged = (['approved', 'incorrect', 'expired', 'exhausted'] as const).map((outcome) => ({ outcome }));
  for (const outcome of [accepted(), ...judged]) expect(circuitVerdict(outcome)).toEqual({ kind: 'success' });
});

it.each(smsErrorCodes)('a failure with %s speaks against it only as the table of policies says', (code) => {
  for (const failure of [refused, notSent, unknown]) {
    const { outcome } = failure(code, 'No.');
    const details = { providerCode: '470', cause: Object.assign(new Error('canary'), { code: 'ECONNRESET' }) };
    const known = { code, outcome, providerCode: '470', transportCode: 'ECONNRESET', at: 1_000 };
    const ends = ['aborted', 'client_closed', 'deadline_exceeded', 'circuit_open'];
    const kind = errorPolicies[code].countsAgainstCircuit ? 'failure' : 'refusal';
    expect(circuitVerdict(failure(code, 'No.', details))).toEqual(
      ends.includes(code) ? { kind: 'neutral' } : { kind, failure: known },
    );
  }
});

it('a failure is remembered without the phone number that the vendor put into its code', () => {
  const failure = refused('insufficient_balance', 'No.', { providerCode: 'E-13800138000' });
  expect(circuitVerdict(failure)).toMatchObject({ failure: { providerCode: 'E-***00' } });
});

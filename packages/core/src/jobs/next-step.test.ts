import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SmsErrorCode, smsErrorCodes } from '../errors/error-codes.js';
import { type Attempt, SmsError } from '../errors/sms-error.js';
import { newJob, type SmsJob } from './job.js';
import { type JobOutcome, type JobStep, nextStep, stepInsteadOfRunning } from './next-step.js';

const hourMs = 3_600_000;
const created = 1_800_000_000_000;
const resolveForMs = 12 * hourMs;

const jobWith = (fields: Partial<SmsJob> = {}): SmsJob => ({
  ...newJob('test()', { to: '+8613800138000', text: 'hello', idempotencyKey: 'order-1' }, { now: () => created }),
  ...fields,
});

function failed(
  outcome: 'refused' | 'not-sent' | 'unknown',
  code: SmsErrorCode,
  more: { retryAfterMs?: number; attempts?: readonly Attempt[] } = {},
): JobOutcome {
  return { outcome, error: new SmsError({ code, outcome, message: 'It failed.', ...more }).toJSON() };
}

const attempt = (code: SmsErrorCode): Attempt => ({ provider: 'one', outcome: 'refused', durationMs: 1, code });
const at = (now: number, random = 0) => ({ now, random, resolveForMs });
const wait = (step: JobStep, now: number) => ('atMs' in step ? step.atMs - now : undefined);

describe('the next step of a job', () => {
  it('is none once a provider has its message', () => {
    const receipt = { id: 'x', provider: 'one', reference: undefined, attempts: [] };
    expect(nextStep(jobWith(), { outcome: 'accepted', receipt }, at(created))).toEqual({ step: 'done', receipt });
  });

  it.each([
    ['network_error', 'repeat'],
    ['insufficient_balance', 'repeat'],
    ['store_unavailable', 'repeat'],
    ['recipient_blocked', 'dead'],
    ['invalid_phone_number', 'dead'],
    ['no_route', 'dead'],
  ] as const)('after %s, which sent nothing, is to %s', (code, step) => {
    expect(nextStep(jobWith(), failed('not-sent', code), at(created)).step).toBe(step);
  });

  it('looks at the attempts where every provider failed', () => {
    const all = (...codes: SmsErrorCode[]) =>
      nextStep(jobWith(), failed('refused', 'all_providers_failed', { attempts: codes.map(attempt) }), at(created))
        .step;
    expect(all('template_rejected', 'rate_limited')).toBe('repeat');
    expect(all('template_rejected', 'sender_rejected')).toBe('dead');
    expect(all()).toBe('repeat');
  });

  it('waits twice as long after each failure, up to five minutes, and half of that at least', () => {
    const waits = (random: number) =>
      [0, 1, 2, 3, 8, 9, 1_000].map((failures) =>
        wait(nextStep(jobWith({ failures }), failed('not-sent', 'timeout'), at(created, random)), created),
      );
    expect(waits(0)).toEqual([1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
    expect(waits(1)).toEqual([500, 1_000, 2_000, 4_000, 128_000, 150_000, 150_000]);
  });

  it('waits as long as the vendor asks for', () => {
    const step = nextStep(jobWith(), failed('refused', 'rate_limited', { retryAfterMs: 90_000 }), at(created));
    expect(wait(step, created)).toBe(90_000);
  });

  it.each(['client_closed', 'aborted'] as const)(
    'does not count the end of a worker as a failure, and waits a second, or the same worker would run in circles: %s',
    (code) => {
      const step = nextStep(jobWith({ failures: 3 }), failed('not-sent', code), at(created + 5));
      const atMs = created + 1_005;
      expect(step).toMatchObject({ step: 'repeat', atMs, job: { failures: 3, availableAt: atMs } });
    },
  );

  it('is the end where the wait would outlast the message, and nothing was sent', () => {
    const job = jobWith({ expiresAt: created + 30_000 });
    const step = nextStep(job, failed('refused', 'rate_limited', { retryAfterMs: 30_000 }), at(created));
    expect(step).toMatchObject({ step: 'dead', letter: { reason: 'expired', error: { code: 'rate_limited' } } });
  });

  it('asks more and more seldom while nobody knows, and gives up in time, without sending', () => {
    let job = jobWith({ expiresAt: created + 48 * hourMs });
    const waits: (number | undefined)[] = [];
    let now = created;
    for (let run = 0; run < 200; run++) {
      const step = nextStep(job, failed('unknown', 'timeout'), at(now));
      if (step.step !== 'resolve') {
        expect(step).toMatchObject({ step: 'dead', letter: { reason: 'unknown', error: { outcome: 'unknown' } } });
        break;
      }
      waits.push(wait(step, now));
      now = step.atMs;
      job = step.job;
    }
    expect(waits.slice(0, 6)).toEqual([10_000, 10_000, 20_000, 40_000, 80_000, 160_000]);
    expect(now).toBe(created + resolveForMs);
    expect(Math.max(...waits.map(Number))).toBe(15 * 60_000);
  });

  it('forgets that nobody knew, once it is known that nothing was sent', () => {
    const doubtful = jobWith({ unknownSince: created });
    const step = nextStep(doubtful, failed('not-sent', 'network_error'), at(created + 1));
    expect(step.step === 'repeat' && 'unknownSince' in step.job).toBe(false);
  });

  it('repeats nothing but what was certainly not sent, whatever the job, code and moment', () => {
    const codes = fc.constantFrom(...smsErrorCodes);
    const jobs = fc.record({
      failures: fc.nat(50),
      expiresAt: fc.option(fc.integer({ min: created, max: created + 72 * hourMs }), { nil: undefined }),
      unknownSince: fc.option(fc.integer({ min: created, max: created + 24 * hourMs }), { nil: undefined }),
    });
    const outcomes = fc.constantFrom('refused', 'not-sent', 'unknown');
    const moments = fc.record({
      now: fc.integer({ min: created, max: created + 80 * hourMs }),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
      resolveForMs: fc.integer({ min: 0, max: 24 * hourMs }),
    });
    fc.assert(
      fc.property(jobs, outcomes, codes, fc.nat(), moments, (fields, outcome, code, retryAfterMs, moment) => {
        const job = jobWith(fields);
        const step = nextStep(job, failed(outcome, code, { retryAfterMs }), moment);
        const allowed = outcome === 'unknown' ? ['resolve', 'dead'] : ['repeat', 'dead'];
        expect(allowed).toContain(step.step);
        if (step.step === 'dead') {
          expect(step.letter.reason === 'unknown').toBe(outcome === 'unknown');
          return;
        }
        // Never at once for ever, never after its end, and a plain value that says the same after JSON.
        expect('atMs' in step && step.atMs).toBeGreaterThanOrEqual(moment.now);
        expect(JSON.parse(JSON.stringify(step))).toEqual(step);
        if (step.step === 'repeat') expect(step.atMs).toBeLessThan(fields.expiresAt ?? created + 24 * hourMs);
      }),
    );
  });
});

describe('before a run', () => {
  const before = (job: SmsJob, mayHaveBegun: boolean, now: number) =>
    stepInsteadOfRunning(job, mayHaveBegun, { now, resolveForMs });

  it('nothing stands in the way of a job whose time has not come to its end', () => {
    expect(before(jobWith(), false, created)).toBeUndefined();
    expect(before(jobWith(), true, created)).toBeUndefined();
    expect(before(jobWith(), false, created + 24 * hourMs - 1)).toBeUndefined();
  });

  it('a job whose time is over is not sent', () => {
    expect(before(jobWith(), false, created + 24 * hourMs)).toEqual({ step: 'dead', letter: { reason: 'expired' } });
    const short = jobWith({ expiresAt: created + 1 });
    expect(before(short, false, created + 1)).toEqual({ step: 'dead', letter: { reason: 'expired' } });
  });

  it('one that a dead worker may have sent ends as unknown, before its key is free again', () => {
    const unknown = { step: 'dead', letter: { reason: 'unknown' } };
    expect(before(jobWith(), true, created + resolveForMs - 1)).toBeUndefined();
    expect(before(jobWith(), true, created + resolveForMs)).toEqual(unknown);
    expect(before(jobWith({ unknownSince: created }), false, created + resolveForMs)).toEqual(unknown);
    expect(before(jobWith({ expiresAt: created + 1 }), true, created + 1)).toEqual(unknown);
  });
});

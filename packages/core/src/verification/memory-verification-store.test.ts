import * as crypto from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryVerificationStore, type MemoryVerificationStoreOptions } from './memory-verification-store.js';
import type { LocalCode, NewChallenge, StoreCheck, VerificationStore } from './verification-store.js';

// What the store answers is tested by @polysms/conformance; this is about what it keeps, and how it compares.
vi.mock('node:crypto', { spy: true });

const code: LocalCode = { kind: 'local', digest: 'right', maxChecks: 5, lifetimeMs: 100 };

function challengeOf(subject: string, changes: Partial<NewChallenge> = {}): NewChallenge {
  const limits = { maxFailures: 9, maxLive: 3, keepMs: 50 };
  return { subject, id: `${subject}-1`, to: '+8613800138000', purpose: 'login', codes: [code], ...limits, ...changes };
}

function checkOf(subject: string, digest: string, changes: Partial<StoreCheck> = {}): StoreCheck {
  const guesses = [{ id: `${subject}-1`, digests: [digest] }];
  return { subject, guesses, token: 't', maxFailures: 9, failureWindowMs: 1_000, keepMs: 50, ...changes };
}

function storeAt(options: MemoryVerificationStoreOptions = {}) {
  const clock = { ms: 1_000 };
  return { clock, store: new MemoryVerificationStore({ now: () => clock.ms, ...options }) };
}

interface Step {
  readonly call: string;
  readonly subject: string;
  readonly keepMs: number;
  readonly passMs: number;
}

async function remembers(store: VerificationStore, subject: string): Promise<boolean> {
  const { challenges, failures } = await store.read(subject);
  return challenges.length > 0 || failures > 0;
}

const full = expect.objectContaining({
  code: 'store_unavailable',
  outcome: 'not-sent',
  message: expect.stringMatching(/2 subjects.*maxSubjects/u),
});

describe('a memory store of verifications that is full', () => {
  it('refuses another subject, and forgets none', async () => {
    const { store } = storeAt({ maxSubjects: 2 });
    await store.open(challengeOf('a'));
    await store.open(challengeOf('b'));
    await expect(async () => store.open(challengeOf('c'))).rejects.toEqual(full);
    expect(await remembers(store, 'c')).toBe(false);
    expect(await store.check(checkOf('a', 'right'))).toMatchObject({ state: 'approved' });
    expect(await store.check(checkOf('b', 'right'))).toMatchObject({ state: 'approved' });
  });

  it('may hold one alone', async () => {
    const { store } = storeAt({ maxSubjects: 1 });
    await store.open(challengeOf('a'));
    await expect(async () => store.open(challengeOf('b'))).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('goes on with the subjects that it knows', async () => {
    const { store } = storeAt({ maxSubjects: 2 });
    await store.open(challengeOf('a'));
    await store.open(challengeOf('b'));
    expect(await store.open(challengeOf('a', { id: 'a-2' }))).toMatchObject({ state: 'opened' });
  });

  it('has room again when a subject is forgotten, not sooner', async () => {
    const { store, clock } = storeAt({ maxSubjects: 2 });
    await store.open(challengeOf('a'));
    await store.open(challengeOf('b', { keepMs: 500 }));
    clock.ms += 149;
    await expect(async () => store.open(challengeOf('c'))).rejects.toEqual(full);
    clock.ms += 1;
    await store.open(challengeOf('c'));
    await expect(async () => store.open(challengeOf('d'))).rejects.toEqual(full);
  });

  it('never forgets failures to make room', async () => {
    const { store, clock } = storeAt({ maxSubjects: 2 });
    await store.open(challengeOf('a'));
    await store.open(challengeOf('b', { keepMs: 5_000 }));
    await store.check(checkOf('a', 'wrong'));
    clock.ms += 999;
    await expect(async () => store.open(challengeOf('c'))).rejects.toEqual(full);
    expect(await store.read('a')).toEqual({ challenges: [], failures: 1, failuresEndInMs: 1 });
    clock.ms += 1;
    expect(await store.open(challengeOf('c'))).toMatchObject({ state: 'opened' });
  });

  it('has room at once when nothing of a challenge was sent', async () => {
    const { store } = storeAt({ maxSubjects: 2 });
    await store.open(challengeOf('a'));
    await store.open(challengeOf('b'));
    await store.settle('a', 'a-1', { codes: [], providers: [] });
    await store.open(challengeOf('c'));
    await expect(async () => store.open(challengeOf('a'))).rejects.toEqual(full);
  });

  it('keeps no subject for being asked about', async () => {
    const { store } = storeAt({ maxSubjects: 2 });
    for (const subject of ['a', 'b', 'c']) {
      await store.read(subject);
      await store.check(checkOf(subject, 'wrong'));
      await store.cancel(subject, 'x');
      await store.settle(subject, 'x', { codes: [code], providers: [] });
      await store.conclude({ subject, token: 't', ids: ['x'], verdict: 'approved', keepMs: 50 });
    }
    await store.open(challengeOf('d'));
    expect(await store.open(challengeOf('e'))).toMatchObject({ state: 'opened' });
  });

  it('refuses exactly when as many subjects are remembered as may be, whatever was done before', async () => {
    const subject = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step: fc.Arbitrary<Step> = fc.record({
      call: fc.constantFrom('open', 'open', 'open', 'right', 'wrong', 'refund', 'nothing sent', 'cancel', 'read'),
      subject,
      keepMs: fc.integer({ min: 1, max: 300 }),
      passMs: fc.constantFrom(0, 0, 20, 60),
    });
    const perform = async (store: VerificationStore, { call, subject, keepMs }: Step) => {
      switch (call) {
        case 'right':
        case 'wrong':
          return store.check(checkOf(subject, call, { keepMs, failureWindowMs: keepMs }));
        case 'refund':
          return store.conclude({ subject, token: 't', ids: [`${subject}-1`], verdict: 'refund', keepMs });
        case 'nothing sent':
          return store.settle(subject, `${subject}-1`, { codes: [], providers: [] });
        case 'cancel':
          return store.cancel(subject, `${subject}-1`);
        case 'read':
          return store.read(subject);
        default:
          return (await store.open(challengeOf(subject, { keepMs }))).state;
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
        const { store, clock } = storeAt({ maxSubjects: 3 });
        const roomy = new MemoryVerificationStore({ now: () => clock.ms });
        for (const each of steps) {
          clock.ms += each.passMs;
          const known = ['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) =>
            (await remembers(roomy, name)) ? name : [],
          );
          const names = (await Promise.all(known)).flat();
          const isRefused = each.call === 'open' && names.length >= 3 && !names.includes(each.subject);
          const answer = await perform(store, each).catch(() => 'full');
          expect(answer).toEqual(isRefused ? 'full' : await perform(roomy, each));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the memory store of verifications', () => {
  it('frees a few expired subjects with each opening, those that expired first', async () => {
    const { store, clock } = storeAt();
    for (let index = 0; index < 10; index += 1) await store.open(challengeOf(`s${index}`, { keepMs: 100 - index }));
    clock.ms += 1_000;
    await store.open(challengeOf('new'));
    // Only a clock that goes back shows what is still held.
    clock.ms -= 1_000;
    const held = Array.from({ length: 10 }, async (_, index) => ((await remembers(store, `s${index}`)) ? [index] : []));
    expect((await Promise.all(held)).flat()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('frees what expired of a subject that is still in use', async () => {
    const { store, clock } = storeAt();
    await store.open(challengeOf('a'));
    clock.ms += 100;
    await store.open(challengeOf('a', { id: 'a-2' }));
    clock.ms += 50;
    await store.cancel('a', 'x');
    clock.ms -= 50;
    expect((await store.read('a')).challenges.map(({ id }) => id)).toEqual(['a-2']);
  });

  it.each([
    ['longer', 'right-and-more'],
    ['shorter', 'righ'],
    ['empty', ''],
    ['as many characters but more bytes', 'r\u0131ght'],
  ])('says incorrect to a digest that is %s, without throwing', async (_, digest) => {
    const { store } = storeAt();
    await store.open(challengeOf('a'));
    expect(await store.check(checkOf('a', digest))).toMatchObject({ state: 'incorrect' });
  });

  it('compares digests in a time that does not tell where they differ', async () => {
    const { store } = storeAt();
    await store.open(challengeOf('a'));
    vi.mocked(crypto.timingSafeEqual).mockClear();
    await store.check(checkOf('a', 'wrong'));
    const [first] = vi.mocked(crypto.timingSafeEqual).mock.calls;
    expect(first?.map((bytes) => Buffer.from(bytes as Uint8Array).toString())).toEqual(['wrong', 'right']);
  });

  it('gives answers that change nothing in it', async () => {
    const { store } = storeAt();
    const issued = { kind: 'issued', provider: 'p', reference: 'r', maxChecks: 5, lifetimeMs: 100 } as const;
    await store.open(challengeOf('a', { codes: [issued] }));
    const opening = await store.open(challengeOf('a', { id: 'a-2' }));
    if (opening.state === 'opened') Object.assign(opening.previous, ['changed']);
    const step = await store.check(checkOf('a', 'wrong'));
    if (step.state === 'ask') Object.assign(step.issuers[0] ?? {}, { provider: 'changed' });
    Object.assign((await store.read('a')).challenges[0] ?? {}, { state: 'approved', checksLeft: 99 });
    expect(await store.open(challengeOf('a', { id: 'a-3' }))).toEqual({ state: 'opened', previous: ['p'] });
    expect(await store.check(checkOf('a', 'wrong', { token: 'u' }))).toMatchObject({
      state: 'ask',
      issuers: [{ id: 'a-1', provider: 'p', reference: 'r' }],
      checksLeft: 3,
    });
  });

  it('names no reference that a provider did not give', async () => {
    const { store } = storeAt();
    const codes = [{ kind: 'issued', provider: 'p', maxChecks: 5, lifetimeMs: 100 }] as const;
    await store.open(challengeOf('a', { codes }));
    const step = await store.check(checkOf('a', 'wrong'));
    expect(step.state === 'ask' && step.issuers).toStrictEqual([{ id: 'a-1', provider: 'p' }]);
  });

  it('answers in whole milliseconds, however exact the clock is', async () => {
    const { store, clock } = storeAt();
    clock.ms = 1_000.7;
    await store.open(challengeOf('a'));
    clock.ms = 1_010.2;
    await store.check(checkOf('a', 'wrong'));
    clock.ms = 1_020.9;
    expect(await store.read('a')).toMatchObject({ challenges: [{ expiresInMs: 80 }], failuresEndInMs: 990 });
  });

  it.each([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses maxSubjects %d', (maxSubjects) => {
    expect(() => new MemoryVerificationStore({ maxSubjects })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining('maxSubjects') }),
    );
  });

  it('is not shared between processes', () => {
    expect(new MemoryVerificationStore().isShared).toBe(false);
  });
});

describe('time in a memory store of verifications', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes by the monotonic clock, without a timer', async () => {
    const store = new MemoryVerificationStore();
    await store.open(challengeOf('a'));
    vi.setSystemTime(Date.now() + 1_000_000);
    expect(await remembers(store, 'a')).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(150);
    expect(await remembers(store, 'a')).toBe(false);
  });
});

import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { client, down, failureOf, fake, lost } from './sms-client.test.fixture.js';
import type { SmsClientOptions } from './sms-client-options.js';
import {
  type Interception,
  intercepted,
  issuedCode,
  issuer,
  lastCode,
  pepper,
  phone,
} from './verifications.test.fixture.js';

type Operation = Parameters<Interception>[0];
type Failure = (next: () => Promise<unknown>) => Promise<unknown>;

const deadlineMs = 1_000;
const later = <Value>(ms: number, value: () => Value | Promise<Value>) =>
  new Promise<Value>((resolve, reject) => {
    setTimeout(() => Promise.resolve().then(value).then(resolve, reject), ms);
  });
const broken = (): never => {
  throw new TypeError('canary');
};

const failed = /^The verification store failed \(TypeError\)\. /;
const tooLate = /^The verification store did not answer in time\. /;

/** How a store fails, and what is said of it. */
const failures: readonly (readonly [string, Failure, RegExp])[] = [
  ['rejects at once', async () => broken(), failed],
  ['rejects late', () => later(deadlineMs - 1, broken), failed],
  ['throws', broken, failed],
  ['hangs', () => new Promise(() => {}), tooLate],
  ['answers just after the deadline', (next) => later(deadlineMs + 9, next), tooLate],
  ['answers after the deadline', (next) => later(deadlineMs + 11, next), tooLate],
  ['rejects after the deadline', () => later(deadlineMs + 11, broken), tooLate],
];

/** A client whose store fails in one operation from when `fail` is set. */
function failing(operation: Operation, failure: Failure, options: Partial<SmsClientOptions> = {}) {
  const state = { fails: false };
  const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), (asked, next) =>
    state.fails && asked === operation ? failure(next) : next(),
  );
  const [mob, text] = [issuer('mob'), fake('text')];
  const sms = client([mob, text], { guard: false, deadlineMs, ...options, stores: { verification: store } });
  return { state, store, mob, text, sms };
}

let warnings: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

/** What a call comes to, at the latest 50 ms after its deadline. */
async function inTime<Result>(call: Promise<Result>): Promise<Result> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  call.then(settled, settled);
  await vi.advanceTimersByTimeAsync(deadlineMs + 50);
  expect(isSettled).toBe(true);
  return call;
}

describe.each(failures)('a store that %s', (name, failure, message) => {
  /** What is written at the end of a call has a moment more. */
  const isWritten = name === 'answers just after the deadline';

  it('when a verification is opened: nothing is sent', async () => {
    const { sms, state, mob, text } = failing('open', failure);
    state.fails = true;
    const error = await inTime(failureOf(sms.verifications.start({ to: phone })));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent', verificationId: undefined });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/ Nothing was sent\.$/);
    expect([mob.started.length, text.sent.length]).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(deadlineMs);
    expect([mob.started.length, text.sent.length]).toEqual([0, 0]);
  });

  it('when the failures under the previous pepper are read: nothing is sent', async () => {
    const { sms, state, mob } = failing('read', failure, {
      verification: { pepper: { current: pepper, previous: 'x'.repeat(32) } },
    });
    state.fails = true;
    const error = await inTime(failureOf(sms.verifications.start({ to: phone })));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(mob.started).toEqual([]);
  });

  it('when what was sent is recorded: there is a receipt all the same, a warning, and the code is good', async () => {
    const { sms, state, text } = failing('settle', failure, { routes: [{ providers: ['text'] }] });
    state.fails = true;
    const { id } = await inTime(sms.verifications.start({ to: phone }));
    const warning = expect.stringMatching(
      /^The verification store could not record a result \((?:(?:Type)?Error at [^()]+|no answer in time)\)$/,
    );
    expect(warnings.mock.calls).toEqual(isWritten ? [] : [[warning, 'PolysmsWarning']]);
    expect(await inTime(sms.verifications.check({ id, code: lastCode(text) }))).toMatchObject({ outcome: 'approved' });
  });

  it('when the codes under the other pepper are ended: the right code is used up', async () => {
    const { sms, state, text } = failing('end', failure, {
      routes: [{ providers: ['text'] }],
      verification: { pepper: { current: pepper, previous: 'x'.repeat(32) } },
    });
    state.fails = true;
    const { id } = await inTime(sms.verifications.start({ to: phone }));
    const checking = sms.verifications.check({ id, code: lastCode(text) });
    if (isWritten) return expect(await inTime(checking)).toMatchObject({ outcome: 'approved' });
    const error = await inTime(failureOf(checking));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/ The code was right and is used up now: a new one is needed\.$/);
  });

  it('when a code is compared: it is not accepted, nor given to its provider', async () => {
    const { sms, state, mob } = failing('check', failure);
    const { id } = await sms.verifications.start({ to: phone });
    state.fails = true;
    const error = await inTime(failureOf(sms.verifications.check({ id, code: issuedCode })));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/ The code was not accepted; the check may count\.$/);
    expect(mob.checked).toEqual([]);
  });

  it('when the codes of a phone are read: nothing is checked', async () => {
    const { sms, state, mob } = failing('read', failure);
    await sms.verifications.start({ to: phone });
    state.fails = true;
    const error = await inTime(failureOf(sms.verifications.check({ to: phone, code: issuedCode })));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/ The code was not checked\.$/);
    expect(mob.checked).toEqual([]);
  });

  it('when an approval is recorded: it is not approved, unless that comes a moment too late', async () => {
    const { sms, state } = failing('conclude', failure);
    const { id } = await sms.verifications.start({ to: phone });
    state.fails = true;
    const check = sms.verifications.check({ id, code: issuedCode });
    if (isWritten) expect(await inTime(check)).toMatchObject({ outcome: 'approved' });
    else expect(await inTime(failureOf(check))).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
  });

  it('when a verification is canceled, or looked at', async () => {
    for (const [operation, outcome, consequence] of [
      ['cancel', 'unknown', / The verification may or may not be canceled\.$/],
      ['read', 'not-sent', / Where the verification stands is not known\.$/],
    ] as const) {
      const { sms, state } = failing(operation, failure);
      const { id } = await sms.verifications.start({ to: phone });
      state.fails = true;
      const { verifications } = sms;
      const call: Promise<unknown> = operation === 'cancel' ? verifications.cancel(id) : verifications.status(id);
      const error = await inTime(failureOf(call));
      expect(error).toMatchObject({ code: 'store_unavailable', outcome });
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(consequence);
    }
  });
});

it('a store that fails after nothing was sent leaves the error of the sending as it is', async () => {
  const store = intercepted(new MemoryVerificationStore(), (asked, next) => (asked === 'settle' ? broken() : next()));
  const sms = client([fake('text', [down])], { guard: false, stores: { verification: store } });
  const error = await inTime(failureOf(sms.verifications.start({ to: phone })));
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not-sent', verificationId: undefined });
});

it('a provider and a store that both hang still end in time, with the verification that can be checked', async () => {
  const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), (operation, next) =>
    operation === 'settle' ? new Promise(() => {}) : next(),
  );
  const text = fake('text', [() => new Promise(() => {})]);
  const sms = client([text], { guard: false, deadlineMs, stores: { verification: store } });
  const error = await inTime(failureOf(sms.verifications.start({ to: phone })));
  expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' });
  const id = error.verificationId as string;
  expect(await inTime(sms.verifications.check({ id, code: lastCode(text) }))).toMatchObject({ outcome: 'approved' });
});

it('two providers and a store that hang still end a check in time', async () => {
  const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), (operation, next) =>
    operation === 'conclude' ? new Promise(() => {}) : next(),
  );
  const hanging = () => new Promise<never>(() => {});
  const providers = [
    issuer('a', { start: [lost], check: [hanging] }),
    issuer('b', { start: [accepted()], check: [hanging] }),
  ];
  const sms = client(providers, { guard: false, deadlineMs, stores: { verification: store } });
  const { id } = await sms.verifications.start({ to: phone });
  const error = await inTime(failureOf(sms.verifications.check({ id, code: issuedCode })));
  expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' });
});

it('an aborted call does not wait for the store', async () => {
  for (const operation of ['open', 'check'] as const) {
    const { sms, state } = failing(operation, () => new Promise(() => {}));
    const { id } = await sms.verifications.start({ to: phone });
    state.fails = true;
    const controller = new AbortController();
    const { signal } = controller;
    const call: Promise<unknown> =
      operation === 'open'
        ? sms.verifications.start({ to: phone, signal })
        : sms.verifications.check({ id, code: issuedCode, signal });
    const failed = failureOf(call);
    await vi.advanceTimersByTimeAsync(1);
    controller.abort();
    expect(await failed).toMatchObject({ code: 'aborted', outcome: operation === 'open' ? 'not-sent' : 'unknown' });
  }
});

describe('a store that is 30 ms away', () => {
  it('is warned of once, though a hundred starts are aborted, each a millisecond later than the one before', async () => {
    const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), (_, next) => later(30, next));
    const sms = client([fake('text')], { guard: false, deadlineMs, stores: { verification: store } });
    const outcomes: string[] = [];
    for (let abortAfterMs = 1; abortAfterMs <= 100; abortAfterMs += 1) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), abortAfterMs);
      const to = `+86138001380${String(abortAfterMs % 100).padStart(2, '0')}`;
      const starting = sms.verifications.start({ to, signal: controller.signal });
      const ended = starting.then(
        () => 'sent',
        () => 'not sent',
      );
      await vi.advanceTimersByTimeAsync(200);
      outcomes.push(await ended);
    }
    expect(new Set(outcomes)).toEqual(new Set(['sent', 'not sent']));
    expect(warnings.mock.calls).toEqual([
      ['The verification store could not record a result (no answer in time)', 'PolysmsWarning'],
    ]);
  });

  it('and then fails for good is warned of once a minute, with how many were left out', async () => {
    const { sms, state } = failing('settle', broken, { routes: [{ providers: ['text'] }] });
    state.fails = true;
    const start = () => sms.verifications.start({ to: phone, purpose: `purpose ${warnings.mock.calls.length}` });
    for (let times = 0; times < 8; times += 1) await start();
    await vi.advanceTimersByTimeAsync(60_000);
    await start();
    expect(warnings).toHaveBeenCalledTimes(2);
    expect(warnings.mock.calls[1]?.[0]).toMatch(/; 7 more since the last warning\)$/);
  });
});

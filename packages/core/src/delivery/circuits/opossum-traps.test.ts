import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SendOutcome } from '../../contract/outcomes.js';
import { deadlineAfter } from '../../provider-kit/deadline.js';
import { refused } from '../../provider-kit/outcomes.js';
import {
  aborted,
  context,
  halfOpened,
  held,
  message,
  noBalance,
  sendMany,
  taken,
  to,
  withCircuit,
  wrongNumber,
} from './scripted-provider.test.fixture.js';
import { lastOpossum, type OpossumClass } from './watched-opossum.test.fixture.js';

vi.mock('opossum', async (importOriginal) => {
  const { watchOpossum } = await import('./watched-opossum.test.fixture.js');
  return watchOpossum((await importOriginal<{ default: OpossumClass }>()).default);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('traps of opossum', () => {
  it('an errorFilter that throws never settles: none is used, and failures settle and count', async () => {
    const { provider, wrapper } = withCircuit();
    const opossum = lastOpossum();
    expect(opossum.options).not.toHaveProperty('errorFilter');
    provider.answers(noBalance);
    expect(await sendMany(wrapper, 20)).toEqual(Array(20).fill(noBalance));
    expect(wrapper.circuit).toBe('open');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
  ])('a listener that %s would turn an accepted send into a failure: listeners are guarded', async (_, listener) => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { provider, wrapper } = withCircuit();
    const heard: string[] = [];
    // A plain function: a mock would handle the rejection itself.
    wrapper.onStateChange(({ to }) => {
      heard.push(to);
      return listener();
    });
    wrapper.onStateChange(({ to }) => heard.push(to));
    provider.answers(noBalance);
    expect((await sendMany(wrapper, 20)).at(-1)).toEqual(noBalance);
    vi.advanceTimersByTime(30_000);
    provider.answers(taken);
    expect(await wrapper.send(message, context())).toEqual(taken);
    expect(wrapper.circuit).toBe('closed');
    const steps = ['open', 'half-open', 'probing', 'closed'];
    expect(heard).toEqual(steps.flatMap((step) => [step, step]));
    expect(warnings.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^A listener of a circuit threw/),
    ]);
  });

  it('its emitter is out of reach', () => {
    const { wrapper } = withCircuit();
    expect(inspect(wrapper, { depth: 9, showHidden: true })).not.toMatch(/CircuitBreaker|EventEmitter|_events/);
    for (const name of ['on', 'emit', 'fire', 'addListener']) expect(wrapper).not.toHaveProperty(name);
  });

  it.each([wrongNumber, aborted, refused('rate_limited', 'too fast')])(
    'a neutral probe ($code) would close the circuit: it closes nothing, costs no time and lets another pass',
    async (neutral) => {
      const { provider, wrapper } = await halfOpened();
      provider.answers(neutral);
      for (let probe = 0; probe < 3; probe += 1) {
        expect(await wrapper.send(message, context())).toEqual(neutral);
        expect(wrapper.circuit).toBe('half-open');
      }
      provider.answers(noBalance);
      await wrapper.send(message, context());
      expect(wrapper.probeInMs).toBe(60_000);
    },
  );

  it('a late success would close the circuit, and a late failure open it: both come too late', async () => {
    const { provider, wrapper } = withCircuit();
    const early = Array.from({ length: 60 }, () => held());
    const queue = [...early];
    provider.answer = () => queue.pop()?.promise ?? Promise.resolve(noBalance);
    const calls = early.map(() => wrapper.send(message, { deadline: deadlineAfter(1_000_000) }));
    const settleNext = async (outcome: SendOutcome) => {
      early.pop()?.settle(outcome);
      expect(await calls.shift()).toEqual(outcome);
    };
    await sendMany(wrapper, 20);
    const { lastFailure } = wrapper.health();
    await settleNext(taken);
    expect(wrapper.circuit).toBe('open');
    vi.advanceTimersByTime(30_000);
    await settleNext(taken);
    await settleNext(noBalance);
    expect(wrapper.circuit).toBe('half-open');
    const probe = held();
    queue.push(probe);
    const probing = wrapper.send(message, context());
    await settleNext(taken);
    await settleNext(noBalance);
    expect(wrapper.circuit).toBe('probing');
    probe.settle(taken);
    await probing;
    expect(wrapper.circuit).toBe('closed');
    while (early.length > 0) await settleNext(noBalance);
    expect(wrapper.health()).toMatchObject({
      circuit: 'closed',
      calls: 0,
      failures: 0,
      probeInMs: undefined,
      lastFailure,
    });
  });

  it('a probe that hangs would stay for ever: it ends with its deadline, and another one follows', async () => {
    const { provider, wrapper } = await halfOpened();
    provider.answer = () => new Promise(() => {});
    const probe = wrapper.send(message, context());
    await vi.advanceTimersByTimeAsync(10_050);
    expect(await Promise.race([probe, 'hung'])).toMatchObject({ outcome: 'unknown', code: 'timeout' });
    expect(wrapper.circuit).toBe('open');
    vi.advanceTimersByTime(60_000);
    provider.answers(taken);
    expect(await wrapper.send(message, context())).toEqual(taken);
  });

  it('its abort controller is shared by all calls: none is used, and a call that ends takes no other with it', async () => {
    const { provider, wrapper } = withCircuit();
    const opossum = lastOpossum();
    expect(opossum.options).not.toHaveProperty('abortController');
    expect(opossum.options).toMatchObject({ timeout: false });
    provider.answer = () => new Promise(() => {});
    const short = wrapper.send(message, { deadline: deadlineAfter(1_000) });
    const other = held();
    provider.answer = () => other.promise;
    const long = wrapper.send(message, { deadline: deadlineAfter(60_000) });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await short).toMatchObject({ code: 'timeout' });
    expect(provider.contexts[1]?.deadline.ended).toBe(undefined);
    other.settle(taken);
    expect(await long).toEqual(taken);
  });

  it('a capacity rejection counts as a failure: a thousand calls at once all pass and count as healthy', async () => {
    const { provider, wrapper } = withCircuit();
    const opossum = lastOpossum();
    expect(opossum.options).not.toHaveProperty('capacity');
    const { promise, settle } = held();
    provider.answer = () => promise;
    const calls = Array.from({ length: 1_000 }, () => wrapper.send(message, context()));
    settle(taken);
    expect(await Promise.all(calls)).toEqual(Array(1_000).fill(taken));
    await vi.advanceTimersByTimeAsync(0);
    expect(provider.calls).toBe(1_000);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 1_000, failures: 0 });
    expect(opossum.events.filter(([name]) => name === 'semaphoreLocked')).toEqual([]);
  });

  it('an action that returns undefined counts as a failure: ours never does', async () => {
    const { provider, wrapper } = withCircuit();
    await sendMany(wrapper, 100);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 100, failures: 0 });
    provider.answer = async () => undefined as never;
    expect(await wrapper.send(message, context())).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
    expect(wrapper.health()).toMatchObject({ calls: 101, failures: 1 });
  });

  it('events carry the arguments of the call: they hold no message, phone number or code', async () => {
    const { provider, wrapper } = withCircuit();
    const opossum = lastOpossum();
    for (const outcome of [taken, noBalance]) {
      provider.answers(outcome);
      provider.judge = async () => (outcome === taken ? { outcome: 'approved' } : noBalance);
      await wrapper.send(message, context());
      await wrapper.verification?.start({ id: 'message-1', to }, context());
      await wrapper.verification?.check({ to, code: '987654' }, context());
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(opossum.events.map(([name]) => name)).toEqual(expect.arrayContaining(['fire', 'failure']));
    expect(inspect(opossum.events, { depth: 9 })).not.toMatch(/13800138000|hello|987654/);
  });

  it('calls under way count as healthy ones: only calls that have ended count', async () => {
    const { provider, wrapper } = withCircuit();
    const { promise, settle } = held();
    provider.answer = () => promise;
    const calls = Array.from({ length: 100 }, () => wrapper.send(message, context()));
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    expect(wrapper.circuit).toBe('open');
    settle(taken);
    await Promise.all(calls);
  });

  it('the window outlives the opening: it is cleared, so that one failure after recovery does not open again', async () => {
    const { provider, wrapper } = withCircuit({ openMs: 100 });
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    vi.advanceTimersByTime(100);
    provider.answers(taken);
    await sendMany(wrapper, 1);
    provider.answers(noBalance);
    await sendMany(wrapper, 19);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 19, failures: 19 });
  });

  it('a shutdown from inside its own event leaves the timer running: listeners come after it', async () => {
    const { provider, wrapper } = withCircuit();
    let closed: Promise<void> | undefined;
    wrapper.onStateChange(() => {
      closed = wrapper.close();
    });
    provider.answers(noBalance);
    expect((await sendMany(wrapper, 20)).at(-1)).toEqual(noBalance);
    await closed;
    expect(provider.closes).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([taken, noBalance])(
    'after a shutdown it can be opened and closed again: a late outcome ($outcome) changes nothing',
    async (late) => {
      const { provider, wrapper } = await halfOpened();
      const opossum = lastOpossum();
      const { lastFailure } = wrapper.health();
      const { promise, settle } = held();
      provider.answer = () => promise;
      const probe = wrapper.send(message, context());
      await wrapper.close();
      settle(late);
      expect(await probe).toEqual(late);
      expect(opossum.breaker.isShutdown).toBe(true);
      expect(wrapper.health().lastFailure).toBe(lastFailure);
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});

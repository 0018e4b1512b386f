import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPace, type OptionalPaceOptions, type Pace } from './pace.js';
import { VirtualClock } from './virtual-clock.test.fixture.js';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

/** Calls that write down when their turn came, or why it did not. */
function crowd(pace: Pace) {
  const ends: string[] = [];
  const call = async (
    name: string,
    context: Parameters<Pace['turn']>[0] = { deadline: clock.deadlineAfter(10_000) },
  ) => {
    const outcome = await pace.turn(context);
    ends.push(`${name} ${outcome === undefined ? 'turn' : `${outcome.outcome} ${outcome.code}`} at ${clock.now()}`);
    return outcome;
  };
  return { ends, call };
}

const patiently = () => ({ deadline: clock.deadlineAfter(1_000_000) });

describe('a turn', () => {
  it('comes at once when nobody was before, and then one after the other, first come, first served', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 4 }, clock));
    for (const name of ['a', 'b', 'c']) void call(name);
    await clock.advanceTo(300);
    void call('d');
    await clock.advanceTo(1_000);
    expect(ends).toEqual(['a turn at 0', 'b turn at 250', 'c turn at 500', 'd turn at 750']);
    expect(clock.timers).toBe(0);
  });

  it('comes exactly as often as the rate says over ten seconds, and costs one timer', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 10, burst: 3 }, clock));
    const context = patiently();
    for (let number = 0; number < 200; number += 1) void call(`${number}`, context);
    const deadlines = 197;
    expect(clock.timers).toBe(deadlines + 1);
    await clock.advanceTo(10_000);
    expect(ends).toHaveLength(10 * 10 + 3);
    expect(ends.map((end) => Number.parseInt(end, 10))).toEqual(ends.map((_, index) => index));
  });

  it('is not given to a flood that a stall has held up', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 10 }, clock));
    for (let number = 0; number < 100; number += 1) void call(`${number}`, patiently());
    await clock.advanceTo(0);
    clock.stallTo(5_000);
    await clock.advanceTo(5_000);
    expect(ends).toHaveLength(2);
    await clock.advanceTo(5_999);
    expect(ends.length).toBeLessThanOrEqual(2 + 10);
  });

  it('is not taken before those who wait, though a stall has made room for both', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1, burst: 2 }, clock));
    for (const name of ['a', 'b', 'c']) void call(name);
    await clock.advanceTo(0);
    clock.stallTo(5_000);
    void call('d');
    await clock.advanceTo(5_000);
    expect(ends).toEqual(['a turn at 0', 'b turn at 0', 'c turn at 5000', 'd turn at 5000']);
  });

  it('may take longer than a timer can hold', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1e-12 }, clock));
    void call('a');
    void call('b');
    await clock.advanceTo(10_000);
    expect(ends).toEqual(['a turn at 0', 'b not-sent rate_limited at 0']);
  });
});

describe('a turn that would come too late', () => {
  it('is refused at once, so that another provider is tried early', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    for (const name of ['a', 'b', 'c', 'd']) void call(name, { deadline: clock.deadlineAfter(2_700) });
    await clock.advanceTo(0);
    expect(ends).toEqual(['a turn at 0', 'd not-sent rate_limited at 0']);
    await clock.advanceTo(3_000);
    expect(ends.slice(2)).toEqual(['b turn at 1000', 'c turn at 2000']);
  });

  it('is not one that leaves exactly the second which a request needs', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    for (const name of ['a', 'b', 'c', 'd', 'e']) void call(name, { deadline: clock.deadlineAfter(5_000) });
    await clock.advanceTo(5_000);
    expect(ends.at(-1)).toBe('e turn at 4000');
  });

  it('says that it was our own pace, and when there will be a place', async () => {
    const pace = createPace({ maxPerSecond: 1 }, clock);
    await pace.turn(patiently());
    expect(await pace.turn({ deadline: clock.deadlineAfter(400) })).toEqual({
      outcome: 'not-sent',
      code: 'rate_limited',
      message: 'Our own pace (maxPerSecond) held the request back: its turn would have come too late.',
      retryAfterMs: 700,
    });
  });

  it('is told by the moment by which the request must be written, not by the end of the call', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    const context = () => ({ deadline: clock.deadlineAfter(10_000), writeBy: clock.deadlineAfter(500) });
    void call('a', context());
    void call('b', context());
    await clock.advanceTo(0);
    expect(ends).toEqual(['a turn at 0', 'b not-sent rate_limited at 0']);
  });

  it('is refused when a stall has made it too late', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    void call('a');
    void call('b', { deadline: clock.deadlineAfter(1_500) });
    void call('c');
    await clock.advanceTo(0);
    clock.stallTo(1_600);
    await clock.advanceTo(1_600);
    expect(ends.slice(1)).toEqual(['b not-sent rate_limited at 1600', 'c turn at 1600']);
  });

  it('leaves its place to the next one', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    void call('a');
    for (let number = 0; number < 50; number += 1) void call('late', { deadline: clock.deadlineAfter(500) });
    void call('b');
    await clock.advanceTo(1_000);
    expect(ends.at(-1)).toBe('b turn at 1000');
  });
});

describe('a call that ends while it waits', () => {
  it('leaves at once, and all behind it move up', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    const controller = new AbortController();
    void call('a');
    void call('b', { deadline: clock.deadlineAfter(10_000, controller.signal) });
    void call('c');
    await clock.advanceTo(100);
    controller.abort();
    await clock.advanceTo(1_000);
    expect(ends).toEqual(['a turn at 0', 'b not-sent aborted at 100', 'c turn at 1000']);
  });

  it('is told how it ended, in words', async () => {
    const pace = createPace({ maxPerSecond: 1 }, clock);
    const controller = new AbortController();
    await pace.turn(patiently());
    const waiting = pace.turn({ deadline: clock.deadlineAfter(10_000, controller.signal) });
    controller.abort();
    expect(await waiting).toEqual({
      outcome: 'not-sent',
      code: 'aborted',
      message: 'The caller aborted the call while it waited for its turn.',
    });
    expect(await pace.turn({ deadline: clock.deadlineAfter(0) })).toEqual({
      outcome: 'not-sent',
      code: 'deadline_exceeded',
      message: 'The call had ended before it had its turn.',
    });
    pace.close();
    expect(await pace.turn(patiently())).toEqual({
      outcome: 'not-sent',
      code: 'client_closed',
      message: 'The provider is closed.',
    });
  });

  it('leaves no timer behind if it was the last', async () => {
    const { call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    const controller = new AbortController();
    void call('a');
    void call('b', { deadline: clock.deadlineAfter(10_000, controller.signal) });
    controller.abort();
    expect(clock.timers).toBe(0);
  });

  it('before it has begun to wait uses no turn', async () => {
    const { ends, call } = crowd(createPace({ maxPerSecond: 1 }, clock));
    void call('a', { deadline: clock.deadlineAfter(0) });
    void call('b', { deadline: clock.deadlineAfter(10_000, AbortSignal.abort()) });
    void call('c');
    await clock.advanceTo(0);
    expect(ends).toEqual(['a not-sent deadline_exceeded at 0', 'b not-sent aborted at 0', 'c turn at 0']);
  });
});

describe('closing', () => {
  it('answers those who wait and those who come, and leaves no timer', async () => {
    const pace = createPace({ maxPerSecond: 1 }, clock);
    const { ends, call } = crowd(pace);
    for (const name of ['a', 'b', 'c']) void call(name);
    await clock.advanceTo(0);
    pace.close();
    pace.close();
    expect(clock.timers).toBe(0);
    void call('d');
    await clock.advanceTo(0);
    expect(ends).toEqual(['a turn at 0', ...['b', 'c', 'd'].map((name) => `${name} not-sent client_closed at 0`)]);
  });
});

describe('any crowd', () => {
  const arrivals = fc.array(
    fc.record({
      at: fc.nat({ max: 5_000 }),
      patienceMs: fc.nat({ max: 3_000 }),
      abortsAfterMs: fc.option(fc.nat(2_000)),
    }),
    { maxLength: 80 },
  );

  it('gets turns in its order and within the rate, each answer in time, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0.7, 1, 4, 25),
        fc.integer({ min: 1, max: 4 }),
        arrivals,
        async (maxPerSecond, burst, calls) => {
          clock = new VirtualClock();
          const pace = createPace({ maxPerSecond, burst }, clock);
          const turns: { readonly order: number; readonly at: number }[] = [];
          const late: number[] = [];
          const answers: Promise<void>[] = [];
          const sorted = calls.toSorted((a, b) => a.at - b.at);
          for (const [order, { at, patienceMs, abortsAfterMs }] of sorted.entries()) {
            await clock.advanceTo(at);
            const controller = new AbortController();
            if (abortsAfterMs !== null) clock.after(abortsAfterMs, () => controller.abort());
            const deadline = clock.deadlineAfter(patienceMs, controller.signal);
            const answer = pace.turn({ deadline }).then((outcome) => {
              if (outcome === undefined) turns.push({ order, at: clock.now() });
              if (clock.now() > at + patienceMs) late.push(order);
            });
            answers.push(answer);
          }
          await clock.advanceTo(20_000);
          await Promise.all(answers);
          expect(late).toEqual([]);
          expect(turns.map(({ order }) => order)).toEqual(turns.map(({ order }) => order).sort((a, b) => a - b));
          for (const [index, { at }] of turns.entries()) {
            const inSecond = turns.slice(0, index + 1).filter((turn) => turn.at > at - 1_000).length;
            expect(inSecond).toBeLessThanOrEqual(Math.ceil(maxPerSecond) + burst - 1);
          }
          expect(clock.timers).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('options that cannot work', () => {
  it.each<[OptionalPaceOptions | Record<string, unknown>, string]>([
    [{ maxPerSecond: 0 }, 'maxPerSecond: must be a number above 0 and at most 10000'],
    [{ maxPerSecond: -1 }, 'maxPerSecond: must be'],
    [{ maxPerSecond: Number.NaN }, 'maxPerSecond: must be'],
    [{ maxPerSecond: Number.POSITIVE_INFINITY }, 'maxPerSecond: must be'],
    [{ maxPerSecond: 10_001 }, 'maxPerSecond: must be'],
    [{ maxPerSecond: 5e-324 }, 'maxPerSecond: must be'],
    [{ maxPerSecond: '10' }, 'maxPerSecond: must be'],
    [{ maxPerSecond: null }, 'maxPerSecond: must be'],
    [{ maxPerSecond: 10, burst: 0 }, 'burst: must be a whole number from 1 to 10000'],
    [{ maxPerSecond: 10, burst: 1.5 }, 'burst: must be'],
    [{ maxPerSecond: 10, burst: 10_001 }, 'burst: must be'],
    [{ maxPerSecond: 10, burst: '2' }, 'burst: must be'],
    [{ burst: 2 }, 'burst: belongs to maxPerSecond'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => createPace(options as OptionalPaceOptions)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(message) }),
    );
  });

  it('are not the largest that there are', () => {
    expect(createPace({ maxPerSecond: 10_000, burst: 10_000 }, clock)).toBeDefined();
  });

  it('are not those that are left out: there is no pace then', () => {
    expect(createPace({})).toBeUndefined();
    expect(createPace({ maxPerSecond: undefined, burst: undefined })).toBeUndefined();
  });
});

import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { SmsError } from '../../errors/sms-error.js';
import { createPace } from '../../provider-kit/pace.js';
import { VirtualClock } from '../../provider-kit/virtual-clock.test.fixture.js';
import type { SendManyProgress } from './progress.js';
import { type SendManyOptions, sendMany } from './send-many.js';
import { all, counted, indexes } from './send-many.test.fixture.js';
import { fixedWindow, LimitedVendor, rateLimited } from './vendors.test.fixture.js';

let clock: VirtualClock;
/** When each message was sent, and how often. */
let sent: { readonly message: number; readonly at: number }[];
beforeEach(() => {
  clock = new VirtualClock();
  sent = [];
});

/** Ends a message as a script says: with nothing it is accepted. The last entry of a script repeats. */
function scripted(script: (message: number) => readonly (SmsError | undefined)[]) {
  const tries = new Map<number, number>();
  return async (message: number) => {
    const steps = script(message);
    const number = tries.get(message) ?? 0;
    tries.set(message, number + 1);
    sent.push({ message, at: clock.now() });
    const error = steps[Math.min(number, steps.length - 1)];
    if (error !== undefined) throw error;
    return `r${message}`;
  };
}

const batchOf = (
  send: (message: number) => Promise<string>,
  messages: Iterable<number> | AsyncIterable<number>,
  options: SendManyOptions = {},
) => sendMany(send, messages, options, { clock, random: () => 0 });
const failed = (error: SmsError, index = 0) => ({ status: 'failed', index, request: index, error });

describe('a message that is refused because of the rate', () => {
  it('is sent again when the vendor says, and is accepted', async () => {
    const send = scripted(() => [rateLimited(3_000), undefined]);
    expect(await clock.runUntil(all(batchOf(send, [0])))).toEqual([
      { status: 'accepted', index: 0, request: 0, receipt: 'r0' },
    ]);
    expect(sent.map(({ at }) => at)).toEqual([0, 3_000]);
    expect(clock.timers).toBe(0);
  });

  it('is sent again after waits that grow if the vendor does not say when', async () => {
    const send = scripted(() => [rateLimited(), rateLimited(), rateLimited(), undefined]);
    await clock.runUntil(all(batchOf(send, [0])));
    expect(sent.map(({ at }) => at)).toEqual([0, 1_000, 3_000, 7_000]);
  });

  it('keeps everything back until then, and goes before those that are new', async () => {
    const { seen, numbers } = counted(10);
    const send = scripted((message) => (message === 1 ? [rateLimited(2_000), undefined] : [undefined]));
    const results = all(batchOf(send, numbers(), { concurrency: 2 }));
    await clock.advanceTo(1_999);
    const before = sent.length;
    // One has been read and stands at the gate.
    expect(seen.read).toBe(before + 1);
    await clock.advanceTo(2_000);
    expect(sent[before]).toEqual({ message: 1, at: 2_000 });
    expect((await clock.runUntil(results)).length).toBe(10);
  });

  it.each<[string, SmsError]>([
    ['may have been sent', new SmsError({ code: 'rate_limited', outcome: 'unknown', message: 'Who knows.' })],
    [
      'is refused for another reason',
      new SmsError({ code: 'insufficient_balance', outcome: 'refused', message: 'No.' }),
    ],
  ])('is not one that %s: that is its result', async (_name, error) => {
    const send = scripted(() => [error, undefined]);
    expect(await clock.runUntil(all(batchOf(send, [0])))).toEqual([failed(error)]);
    expect(sent).toHaveLength(1);
  });

  it('may fail for another reason when it is sent again', async () => {
    const error = new SmsError({ code: 'timeout', outcome: 'unknown', message: 'No answer.' });
    const send = scripted(() => [rateLimited(500), error]);
    expect(await clock.runUntil(all(batchOf(send, [0])))).toEqual([failed(error)]);
  });

  it('counts as begun and as waiting, and progress is told of it', async () => {
    const seen: SendManyProgress[] = [];
    const send = scripted((message) => (message === 0 ? [undefined] : [rateLimited(1_000), undefined]));
    await clock.runUntil(all(batchOf(send, [0, 1, 2], { onProgress: (progress) => void seen.push(progress) })));
    expect(seen.map(({ done, inFlight, waiting }) => ({ done, inFlight, waiting }))).toEqual([
      { done: 1, inFlight: 1, waiting: 0 },
      { done: 1, inFlight: 1, waiting: 1 },
      { done: 2, inFlight: 0, waiting: 0 },
      { done: 2, inFlight: 1, waiting: 1 },
      { done: 3, inFlight: 0, waiting: 0 },
    ]);
  });
});

describe('sixty messages to a vendor of ten a second', () => {
  it('are all accepted, none twice, in about six seconds', async () => {
    const vendor = new LimitedVendor(clock, fixedWindow(10), 'none', () => 20);
    const results = await clock.runUntil(all(batchOf(vendor.send, Array(60).keys())));
    expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(60);
    expect(new Set(vendor.taken).size).toBe(60);
    expect(vendor.taken).toHaveLength(60);
    expect(clock.now()).toBeLessThan(8_000);
  });

  it('are fifty refused ones if the batch is told not to wait', async () => {
    const vendor = new LimitedVendor(clock, fixedWindow(10), 'exact', () => 0);
    const results = await clock.runUntil(all(batchOf(vendor.send, Array(60).keys(), { maxWaitMs: 0 })));
    expect(results.filter(({ status }) => status === 'failed')).toHaveLength(50);
    expect(clock.now()).toBe(0);
  });
});

describe('a provider with a pace of its own', () => {
  it('is sent a batch that takes longer than one call may: what cannot have its turn in time waits outside', async () => {
    const pace = createPace({ maxPerSecond: 2 }, clock);
    const send = async (message: number) => {
      const heldBack = await pace.turn({ deadline: clock.deadlineAfter(3_000) });
      if (heldBack !== undefined) throw new SmsError(heldBack);
      sent.push({ message, at: clock.now() });
      return `r${message}`;
    };
    const results = await clock.runUntil(all(batchOf(send, Array(60).keys())));
    expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(60);
    expect(sent).toHaveLength(60);
    // Nearly as fast as the pace allows.
    expect(clock.now()).toBeLessThan(40_000);
  });
});

describe('waiting ends', () => {
  it('for a message when it has been held back for maxWaitMs', async () => {
    const limited = rateLimited(700);
    const send = scripted((message) => (message === 0 ? [limited] : [undefined]));
    // The others are accepted all the time: it is this message alone that is refused.
    async function* messages() {
      for (let message = 0; message < 100; message += 1) {
        await new Promise<void>((resolve) => void clock.after(100, resolve));
        yield message;
      }
    }
    const results = await clock.runUntil(all(batchOf(send, messages(), { maxWaitMs: 2_000 })));
    expect(results.find(({ index }) => index === 0)).toEqual(failed(limited));
    const tries = sent.filter(({ message }) => message === 0);
    expect(tries.length).toBeGreaterThan(1);
    expect((tries.at(-1)?.at ?? 0) - (tries[0]?.at ?? 0)).toBeLessThanOrEqual(2_000);
    expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(99);
  });

  it('at once if the vendor asks for more than that, and then nobody waits for it', async () => {
    const limited = rateLimited(3_600_000);
    const results = await clock.runUntil(
      all(
        batchOf(
          scripted(() => [limited]),
          Array(500).keys(),
        ),
      ),
    );
    expect(results).toHaveLength(500);
    expect(sent).toHaveLength(500);
    expect(clock.now()).toBe(0);
  });

  it.each([undefined, 0, 900])('for a whole batch, when a vendor takes nothing at all (%j)', async (retryAfterMs) => {
    const limited = rateLimited(retryAfterMs);
    const results = await clock.runUntil(
      all(
        batchOf(
          scripted(() => [limited]),
          Array(1_000).keys(),
        ),
      ),
    );
    expect(results.filter((result) => result.status === 'failed' && result.error === limited)).toHaveLength(1_000);
    expect(clock.now()).toBeGreaterThan(20_000);
    expect(clock.now()).toBeLessThan(61_000);
    expect(sent.length).toBeLessThan(1_000 + 50 + 100);
  });
});

describe('ending a batch that waits', () => {
  const limited = rateLimited(30_000);

  it('by its signal: what is held has failed, nothing further begins, and no timer is left', async () => {
    const { seen, numbers } = counted(100);
    const controller = new AbortController();
    const send = scripted((message) => (message === 0 ? [undefined] : [limited]));
    const results = all(batchOf(send, numbers(), { concurrency: 3, signal: controller.signal }));
    await clock.advanceTo(10_000);
    const begun = sent.length;
    controller.abort();
    expect((await clock.runUntil(results)).map(({ status }) => status)).toEqual([
      'accepted',
      ...Array(begun - 1).fill('failed'),
    ]);
    expect(sent).toHaveLength(begun);
    expect(seen.closed).toBe(1);
    expect(clock.now()).toBe(10_000);
    expect(clock.timers).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('by return(), although a result is being waited for', async () => {
    const { seen, numbers } = counted(100);
    const batch = batchOf(
      scripted(() => [limited]),
      numbers(),
      { concurrency: 3 },
    );
    const next = batch.next();
    await clock.advanceTo(10_000);
    const returned = batch.return();
    expect(await next).toMatchObject({ done: false, value: { status: 'failed', error: limited } });
    expect(await returned).toEqual({ done: true, value: undefined });
    expect(sent).toHaveLength(1);
    expect(seen.closed).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('by leaving the loop', async () => {
    const send = scripted((message) => (message === 0 ? [undefined] : [limited]));
    const consume = async () => {
      for await (const { index } of batchOf(send, [0, 1, 2, 3])) {
        expect(index).toBe(0);
        break;
      }
    };
    await consume();
    expect(clock.now()).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('throws on what the source throws when it is closed, although an item of it stands at the gate', async () => {
    function* source() {
      try {
        yield* Array(10).keys();
      } finally {
        throwOnClose();
      }
    }
    const send = scripted((message) => (message === 0 ? [undefined] : [limited]));
    const consume = async () => {
      for await (const _ of batchOf(send, source(), { concurrency: 4 })) {
        await clock.advanceTo(5);
        break;
      }
    };
    await expect(consume()).rejects.toEqual(new Error('close'));
  });
});

describe('a source that', () => {
  it('has ended ends the batch after what is held', async () => {
    const send = scripted((message) => (message === 2 ? [rateLimited(5_000), undefined] : [undefined]));
    const results = await clock.runUntil(all(batchOf(send, [0, 1, 2])));
    expect(indexes(results)).toEqual([0, 1, 2]);
    expect(clock.now()).toBe(5_000);
  });

  it('throws ends the batch with its error, after what is held', async () => {
    const { numbers } = counted(10, 3);
    const send = scripted((message) => (message === 2 ? [rateLimited(5_000), undefined] : [undefined]));
    const results: number[] = [];
    const consume = async () => {
      for await (const { index } of batchOf(send, numbers())) results.push(index);
    };
    await expect(clock.runUntil(consume())).rejects.toEqual(new Error('source'));
    expect(results).toEqual([0, 1, 2]);
  });
});

function throwOnClose(): never {
  throw new Error('close');
}

import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sendMany } from './send-many.js';
import { all, counted, echo, indexes, ManualSender, refusal, slowly } from './send-many.test.fixture.js';

describe('an aborted batch', () => {
  it('begins nothing further, yields all it had begun, closes the source and ends', async () => {
    const { seen, numbers } = counted(100);
    const controller = new AbortController();
    const sender = new ManualSender();
    const results = all(sendMany(sender.send, numbers(), { concurrency: 4, signal: controller.signal }));
    await nextTurn();
    sender.accept(0);
    await nextTurn();
    controller.abort();
    await nextTurn();
    sender.accept(4, 2, 1);
    sender.reject(3, refusal);
    expect(indexes(await results)).toEqual([0, 4, 2, 1, 3]);
    expect(seen).toEqual({ read: 5, closed: 1 });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('that was aborted before it began reads nothing', async () => {
    const { seen, numbers } = counted(1);
    expect(await all(sendMany(echo, numbers(), { signal: AbortSignal.abort() }))).toEqual([]);
    expect(seen.read).toBe(0);
  });

  it('ends although the source is silent, and does not begin what comes from it later', async () => {
    const controller = new AbortController();
    const sender = new ManualSender();
    let arrive = (_: number) => {};
    let isClosed = false;
    async function* queue() {
      try {
        yield 0;
        yield await new Promise<number>((resolve) => {
          arrive = resolve;
        });
      } finally {
        isClosed = true;
      }
    }
    const results = all(sendMany(sender.send, queue(), { signal: controller.signal }));
    await nextTurn();
    sender.accept(0);
    await nextTurn();
    controller.abort();
    expect(indexes(await results)).toEqual([0]);
    arrive(1);
    await nextTurn();
    expect(sender.begun).toEqual([0]);
    expect(isClosed).toBe(true);
  });

  it.each<[string, (controller: AbortController) => Iterable<number> | AsyncIterable<number>]>([
    [
      'in the same turn',
      function* (controller) {
        yield 0;
        controller.abort();
        throw new Error('source');
      },
    ],
    [
      'a little later',
      async function* ({ signal }) {
        yield 0;
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('source'))));
      },
    ],
  ])('does not throw what the source throws because of the signal, %s', async (_, source) => {
    const controller = new AbortController();
    const results = all(sendMany(echo, source(controller), { signal: controller.signal }));
    await nextTurn();
    controller.abort();
    expect(indexes(await results)).toEqual([0]);
  });
});

describe('a batch that has come to its end', () => {
  it('listens to its signal no more', async () => {
    const { signal } = new AbortController();
    const batch = sendMany(echo, [0], { signal });
    await batch.next();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await batch.next();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each(['end', 'throw'])('does not close a source that has come to its own (%s)', async (how) => {
    let closed = 0;
    const iterator: Iterator<number> = {
      next() {
        if (how === 'throw') throw new Error('source');
        return { done: true, value: undefined };
      },
      return() {
        closed += 1;
        return { done: true, value: undefined };
      },
    };
    const ended = all(sendMany(echo, { [Symbol.iterator]: () => iterator })).catch((error: unknown) => error);
    expect(await ended).toEqual(how === 'throw' ? new Error('source') : []);
    expect(closed).toBe(0);
  });
});

describe('leaving the loop', () => {
  it('closes the source and waits for what is in flight', async () => {
    const { seen, numbers } = counted(100);
    const sender = new ManualSender();
    const events: string[] = [];
    const consume = async () => {
      for await (const result of sendMany(sender.send, numbers(), { concurrency: 3 })) {
        events.push(`result ${result.index}`);
        break;
      }
      events.push('left');
    };
    const consumed = consume();
    await nextTurn();
    sender.accept(1);
    await nextTurn();
    expect(seen).toEqual({ read: 3, closed: 1 });
    sender.accept(0);
    await nextTurn();
    expect(events).toEqual(['result 1']);
    sender.reject(2, refusal);
    await consumed;
    expect(events).toEqual(['result 1', 'left']);
    expect(sender.begun).toEqual([0, 1, 2]);
  });

  it('does not wait for a source that is silent', async () => {
    async function* source() {
      yield 0;
      await new Promise(() => {});
    }
    for await (const { index } of sendMany(echo, source())) {
      expect(index).toBe(0);
      break;
    }
  });

  it('throws on what the source throws when it is closed, after what is in flight', async () => {
    const sender = new ManualSender();
    function* source() {
      try {
        yield* [0, 1, 2];
      } finally {
        throwOnClose();
      }
    }
    const consume = async () => {
      for await (const _ of sendMany(sender.send, source(), { concurrency: 2 })) break;
    };
    const consumed = consume();
    let hasEnded = false;
    const ended = consumed
      .catch((error: unknown) => error)
      .finally(() => {
        hasEnded = true;
      });
    await nextTurn();
    sender.accept(0);
    await nextTurn();
    expect(hasEnded).toBe(false);
    sender.accept(1);
    expect(await ended).toEqual(new Error('close'));
  });
});

describe('a source that throws', () => {
  it.each([false, true])('ends the batch with its error, after all that was begun (async: %j)', async (isAsync) => {
    const { seen, numbers } = counted(10, 3);
    const sender = new ManualSender();
    const batch = sendMany(sender.send, isAsync ? slowly(numbers()) : numbers());
    const results: number[] = [];
    const consume = async () => {
      for await (const { index } of batch) results.push(index);
    };
    const consumed = consume().catch((error: unknown) => error);
    for (let turn = 0; turn < 6; turn += 1) await nextTurn();
    sender.accept(0);
    await nextTurn();
    expect(results).toEqual([0]);
    sender.reject(1, refusal);
    sender.accept(2);
    expect(await consumed).toEqual(new Error('source'));
    expect(results).toEqual([0, 1, 2]);
    expect(seen).toEqual({ read: 3, closed: 1 });
  });

  it('before its first item throws on the first step', async () => {
    const source: Iterable<number> = {
      [Symbol.iterator]() {
        throw new Error('source');
      },
    };
    await expect(all(sendMany(echo, source))).rejects.toEqual(new Error('source'));
  });

  it.each([undefined, null, 5, 'done'])(
    'for its steps are no steps, as %j, ends the batch with what to mend',
    async (step) => {
      const steps = [{ done: false, value: 1 }, step] as IteratorResult<number>[];
      const source = { next: () => steps.shift() as IteratorResult<number>, [Symbol.iterator]: () => source };
      const results: number[] = [];
      const consume = async () => {
        for await (const { index } of sendMany(echo, source)) results.push(index);
      };
      await expect(consume()).rejects.toMatchObject({
        code: 'invalid_request',
        outcome: 'not-sent',
        message: 'sendMany(): next() of the source must give { done, value }.',
      });
      expect(results).toEqual([0]);
    },
  );
});

function throwOnClose(): never {
  throw new Error('close');
}

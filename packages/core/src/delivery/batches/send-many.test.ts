import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sendMany } from './send-many.js';
import { all, counted, echo, indexes, ManualSender, refusal, slowly } from './send-many.test.fixture.js';

describe('a batch', () => {
  it('yields a result for each message', async () => {
    expect(await all(sendMany(echo, [7, 8]))).toStrictEqual([
      { status: 'accepted', index: 0, request: 7, receipt: 'r7' },
      { status: 'accepted', index: 1, request: 8, receipt: 'r8' },
    ]);
  });

  it.each<[string, Iterable<number> | AsyncIterable<number>]>([
    ['an array', [0, 1, 2]],
    ['a set', new Set([0, 1, 2])],
    ['a generator', counted(3).numbers()],
    ['an async generator', slowly([0, 1, 2])],
    ['a web stream', new Blob(['\0\u0001\u0002']).stream().pipeThrough(bytes())],
  ])('takes %s', async (_, source) => {
    expect(indexes(await all(sendMany(echo, source))).sort()).toEqual([0, 1, 2]);
  });

  it('of nothing ends at once', async () => {
    expect(await all(sendMany(echo, []))).toEqual([]);
  });

  it('yields in the order in which messages settle', async () => {
    const sender = new ManualSender();
    const results = all(sendMany(sender.send, [0, 1, 2]));
    await nextTurn();
    for (const request of [2, 0, 1]) {
      sender.accept(request);
      await nextTurn();
    }
    expect(indexes(await results)).toEqual([2, 0, 1]);
  });

  it('goes on after a bad number in the middle', async () => {
    const send = async (request: number) => {
      if (request === 1) throw refusal;
      return echo(request);
    };
    const results = await all(sendMany(send, [0, 1, 2], { concurrency: 1 }));
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'failed', 'accepted']);
    expect(results[1]).toStrictEqual({ status: 'failed', index: 1, request: 1, error: refusal });
  });

  it.each<[string, () => Promise<never>, string]>([
    ['rejects with another error', () => Promise.reject(new TypeError('canary')), 'TypeError'],
    ['rejects with no error', () => Promise.reject('canary'), 'string'],
    [
      'rejects with an error whose name is none',
      () => Promise.reject(Object.assign(new Error(), { name: 'canary 7' })),
      'Error',
    ],
    [
      'throws instead of returning a promise',
      () => {
        throw new RangeError('canary');
      },
      'RangeError',
    ],
  ])('calls it unknown when send %s, and shows nothing of it', async (_, send, kind) => {
    const [result] = await all(sendMany(send, ['request']));
    expect(result).toMatchObject({
      status: 'failed',
      error: { outcome: 'unknown', code: 'invalid_response', message: expect.stringContaining(`(${kind})`) },
    });
    expect(result?.status === 'failed' && `${JSON.stringify(result.error)}${result.error.stack}`).not.toContain(
      'canary',
    );
  });

  it('hands its signal to send', async () => {
    const { signal } = new AbortController();
    const got: unknown[] = [];
    const send = async (_: number, given: AbortSignal | undefined) => got.push(given);
    await all(sendMany(send, [0], { signal }));
    await all(sendMany(send, [0]));
    expect(got).toEqual([signal, undefined]);
  });

  it.each([0, -1, 1.5, 10_001, Number.NaN])('refuses concurrency %d at once', (concurrency) => {
    expect(() => sendMany(echo, [0], { concurrency })).toThrow(
      expect.objectContaining({ code: 'invalid_request', outcome: 'not-sent' }),
    );
  });

  it.each([undefined, null, 7, {}, 'abc'])('refuses %j as a source at once', (source) => {
    expect(() => sendMany(echo, source as never)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});

describe('back-pressure', () => {
  it.each([1, 3])('begins %d messages and no more while nobody takes a result', async (concurrency) => {
    const { seen, numbers } = counted(10);
    const sender = new ManualSender();
    const batch = sendMany(sender.send, numbers(), { concurrency });
    expect(seen.read).toBe(0);
    const first = batch.next();
    await nextTurn();
    expect(seen.read).toBe(concurrency);
    sender.accept(...sender.begun);
    await first;
    await nextTurn();
    // The first result is in the consumer's hands, and counts until it asks for the next.
    expect(seen.read).toBe(concurrency);
    expect(sender.begun).toHaveLength(concurrency);
    const second = batch.next();
    await nextTurn();
    expect(seen.read).toBe(concurrency + 1);
    sender.accept(...sender.begun);
    await second;
    sender.accept(...sender.begun);
    await batch.return();
  });

  it('never has more begun and not taken than allowed, and loses and repeats nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.record({ turns: fc.nat({ max: 3 }), fails: fc.boolean() }), { maxLength: 30, size: 'max' }),
        fc.boolean(),
        fc.nat({ max: 2 }),
        async (concurrency, plans, isAsync, consumerTurns) => {
          let held = 0;
          let most = 0;
          const send = async (index: number) => {
            held += 1;
            most = Math.max(most, held);
            for (let turn = 0; turn < (plans[index]?.turns ?? 0); turn += 1) await nextTurn();
            if (plans[index]?.fails === true) throw refusal;
            return index;
          };
          const source = isAsync ? slowly(plans.keys()) : plans.keys();
          const outcomes: string[] = [];
          for await (const result of sendMany(send, source, { concurrency })) {
            held -= 1;
            outcomes[result.index] = result.status;
            for (let turn = 0; turn < consumerTurns; turn += 1) await nextTurn();
          }
          expect(outcomes).toEqual(plans.map(({ fails }) => (fails ? 'failed' : 'accepted')));
          expect(most).toBeLessThanOrEqual(concurrency);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function bytes() {
  return new TransformStream<Uint8Array, number>({
    transform(chunk, controller) {
      for (const byte of chunk) controller.enqueue(byte);
    },
  });
}

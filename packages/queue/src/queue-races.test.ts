import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it, vi } from 'vitest';
import { createQueue } from './index.js';
import { failed, heldAnswer, surroundings, until, vendor } from './queue.test.fixture.js';
import { mendBroken } from './queue-scripts.js';

const url = await findRedis();
const message = { to: '+8613800138000', text: 'hello' } as const;
const later = () => Date.now() + 3_600_000;

describe.skipIf(skipWithoutRedis(url))('a race in the queue', () => {
  const here = surroundings(url ?? '');

  /** A queue whose scripts begin when something else has happened. */
  function lateQueue(place: ReturnType<typeof here.place>, first: () => Promise<unknown>) {
    const connection = new Redis(url ?? '', { maxRetriesPerRequest: null });
    const queue = createQueue({ ...place, connection });
    here.after(async () => {
      await queue.close();
      connection.disconnect();
    });
    const evaluate = connection.eval.bind(connection);
    let isFirst = true;
    vi.spyOn(connection, 'eval').mockImplementation((async (...given: Parameters<typeof evaluate>) => {
      if (isFirst) {
        isFirst = false;
        await first();
      }
      return evaluate(...given);
    }) as never);
    return queue;
  }

  it.each([
    ['unknown', 'running'],
    ['not-sent', 'canceled'],
  ] as const)('a message whose run ends as %s while it is being canceled is answered %s', async (outcome, answer) => {
    const provider = vendor();
    const { place, queue, open } = await here.start(provider);
    provider.answers.push(() => failed(outcome, 'network_error'));
    const id = await queue.enqueue({ ...message, deadlineMs: 1_000 });
    const late = lateQueue(place, async () => {
      const worker = await open();
      await until(async () => ['unknown', 'scheduled'].includes((await queue.get(id))?.state ?? ''));
      await worker.close();
    });
    expect(await late.cancel(id)).toBe(answer);
    expect((await queue.get(id))?.mayHaveBeenSent).toBe(answer === 'running' ? true : undefined);
    expect(provider.taken).toEqual([]);
  });

  it('a message that a worker has begun while it is being canceled is running', async () => {
    const provider = vendor();
    const { place, queue, ended, open } = await here.start(provider);
    const held = heldAnswer();
    provider.answers.push(held.answer(() => provider.taken.push({} as never)));
    const id = await queue.enqueue(message);
    const late = lateQueue(place, async () => {
      await open();
      await held.asked;
    });
    expect(await late.cancel(id)).toBe('running');
    held.release();
    await until(() => ended.length === 1);
  });

  it('two people revive or discard a dead letter: one of them does, and it is sent once at most', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    const keys = Array.from({ length: 20 }, (_, index) => `letter ${index}`);
    for (const _ of keys) provider.answers.push(() => failed('refused', 'content_rejected'));
    await queue.enqueueMany(keys.map((idempotencyKey) => ({ ...message, text: idempotencyKey, idempotencyKey })));
    await open();
    await until(() => ended.length === keys.length);
    await until(async () => (await queue.figures()).messages.dead === keys.length);
    const results = await Promise.all(
      keys.map((key, index) =>
        Promise.all([queue.revive(key), index % 2 === 0 ? queue.revive(key) : queue.discard(key)]),
      ),
    );
    expect(results.map((both) => both.filter(Boolean).length)).toEqual(keys.map(() => 1));
    const revived = keys.filter((_, index) => index % 2 === 0 || results[index]?.[0]);
    await until(() => provider.taken.length === revived.length);
    const sent = provider.taken.map((taken) => (taken.kind === 'text' ? taken.text : ''));
    expect(sent.sort()).toEqual(revived.sort());
  });

  it('a worker whose client is closed before it takes no further jobs, and another one sends them', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      const provider = vendor();
      const { sms, queue, ended, open } = await here.start(provider);
      const sends = vi.spyOn(sms, 'send');
      await open({ concurrency: 1 });
      await sms.close();
      await queue.enqueueMany(Array.from({ length: 50 }, () => message));
      await until(() => warn.mock.calls.length > 0);
      expect(String(warn.mock.calls[0]?.[0])).toContain('Close the worker first');
      const { waiting, running } = (await queue.figures()).messages;
      expect(waiting + running).toBeGreaterThan(40);
      expect(sends.mock.calls.length).toBeLessThan(10);
      await open({ sms: here.client([provider]) });
      await until(() => ended.length === 50);
      expect(provider.taken).toHaveLength(50);
    } finally {
      warn.mockRestore();
    }
  });

  it('a Redis that does not answer ends a call in time, and not the message', async () => {
    const waiting = new Redis({ port: 1, host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 1_000 });
    waiting.on('error', () => {});
    const queue = createQueue({ connection: waiting, answerWithinMs: 20 });
    await expect(queue.enqueue(message)).rejects.toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    await expect(queue.figures()).rejects.toMatchObject({ code: 'store_unavailable' });
    waiting.disconnect();
    await queue.close().catch(() => {});
    expect(() => createQueue({ connection: waiting, answerWithinMs: 1 })).toThrow('answerWithinMs');
  });

  it('tells how far a batch is, each key once, however often it is put in', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    expect(await queue.batch('spring')).toBeUndefined();
    const many = ['a', 'b', 'c', 'd'].map((key) => ({
      ...{ ...message, text: key, idempotencyKey: key, batch: 'spring', sendAt: key === 'd' ? later() : undefined },
      lane: key === 'a' ? ('codes' as const) : ('campaigns' as const),
    }));
    await queue.enqueueMany(many);
    await queue.enqueueMany(many);
    await queue.enqueue(message);
    expect(await queue.batch('spring')).toEqual({ total: 4, open: 4, done: 0, dead: 0, canceled: 0 });
    expect(await queue.cancel('d')).toBe('canceled');
    provider.answers.push(() => failed('refused', 'content_rejected'));
    await open({ concurrency: 1 });
    await until(() => ended.length === 4);
    const dead = (await until(async () => (await queue.deadLetters())[0])).id;
    const isInBatch = ['a', 'b', 'c'].includes(dead);
    expect(await queue.batch('spring')).toEqual({
      ...{ total: 4, open: 0, canceled: 1 },
      ...(isInBatch ? { done: 2, dead: 1 } : { done: 3, dead: 0 }),
    });
    await queue.revive(dead);
    await until(() => ended.length === 5);
    expect(await queue.batch('spring')).toEqual({ total: 4, open: 0, done: 3, dead: 0, canceled: 1 });
    // It comes again after it was sent: it stays done.
    await queue.enqueue({ ...message, text: 'b', idempotencyKey: 'b', batch: 'spring' });
    expect((await queue.batch('spring'))?.done).toBe(3);
    await expect(queue.enqueue({ ...message, batch: '' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it.each([
    ['colons and spaces', 'order: 1 / ?#%25'],
    ['emoji', '🎉'.repeat(60)],
    ['255 characters', '订'.repeat(255)],
    ['the name of a prototype', '__proto__'],
    ['a number', '42'],
    ['braces and line ends', '{a}\r\n*'],
  ])('a key with %s is found, canceled, revived and sent like any other', async (_, idempotencyKey) => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    const own = { ...message, idempotencyKey, batch: idempotencyKey.slice(0, 100) };
    expect(await queue.enqueue({ ...own, sendAt: later() })).toBe(idempotencyKey);
    expect(await queue.get(idempotencyKey)).toMatchObject({ id: idempotencyKey, state: 'scheduled' });
    expect(await queue.cancel(idempotencyKey)).toBe('canceled');
    provider.answers.push(() => failed('refused', 'content_rejected'));
    await queue.enqueue(own);
    await open();
    expect(await until(async () => (await queue.deadLetters())[0])).toMatchObject({ id: idempotencyKey });
    expect(await queue.revive(idempotencyKey)).toBe(true);
    await until(() => provider.taken.length === 1);
    await until(() => ended.length === 2);
  });

  it('a dead letter that others put into the queue hides no other', async () => {
    const { place, queue, open } = await here.start(vendor());
    const bull = new Queue<unknown>(`${place.name}-codes`, place);
    for (const jobId of ['%zz', 'k.%zz']) await bull.add('foreign', 'x', { jobId });
    await bull.close();
    await open();
    const letters = await until(async () => {
      const all = await queue.deadLetters();
      return all.length === 2 && all;
    });
    expect(letters.map(({ reason }) => reason)).toEqual(['unreadable', 'unreadable']);
  });

  it.each([
    ['a date that is no date', { sendAt: new Date('x') }],
    ['a number as text', { sendAt: '1700000000000' }],
    ['an end in the past', { expiresAt: Date.now() - 1 }],
    ['half a character as a key', { idempotencyKey: '\ud800' }],
    ['a message without end', { sendAt: 1e300 }],
  ])('%s is refused before anything is written', async (_, wrong) => {
    const { queue } = await here.start(vendor());
    await expect(queue.enqueue({ ...message, ...wrong } as never)).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await queue.figures()).messages).toMatchObject({ waiting: 0, scheduled: 0 });
    expect(await queue.get('\ud800')).toBeUndefined();
  });

  it('a message for the year 9999 waits', async () => {
    const { queue, open } = await here.start(vendor());
    const id = await queue.enqueue({ ...message, sendAt: new Date('9999-12-31T23:59:59Z') });
    const worker = await open();
    expect(await queue.get(id)).toMatchObject({ state: 'scheduled' });
    await worker.close();
    expect(await queue.cancel(id)).toBe('canceled');
  });

  it('ten thousand at once are one batch, of which some are taken back while they are put in again', async () => {
    const { queue } = await here.start(vendor());
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...message,
      ...{ idempotencyKey: `sale ${index}`, batch: 'sale', lane: 'campaigns' as const },
    }));
    await queue.enqueueMany(many);
    expect(await queue.cancel('sale 9999')).toBe('canceled');
    await queue.enqueueMany(many.slice(0, 100));
    expect(await queue.batch('sale')).toEqual({ total: 10_000, open: 9_999, done: 0, dead: 0, canceled: 1 });
    expect((await queue.figures()).campaigns.waiting).toBe(9_999);
    await queue.enqueueMany(many.slice(-1));
    expect(await queue.batch('sale')).toMatchObject({ open: 10_000, canceled: 0 });
  });

  it.each([
    ['erased', undefined],
    ['mended and enqueued again', '{"version":1}'],
  ])('a broken job that is %s while it is being mended is left alone', async (_, data) => {
    const { place, connection } = { place: here.place(), connection: here.connection };
    const key = `${place.prefix}:${place.name}-messages:k.broken`;
    await connection.hset(key, { data: Buffer.from('{"key":\xff', 'latin1'), opts: '{}' });
    const late = new Redis(url ?? '');
    here.after(() => late.disconnect());
    for (const name of ['hmget', 'hmgetBuffer'] as const) {
      const read = late[name].bind(late) as (...given: unknown[]) => Promise<unknown>;
      vi.spyOn(late, name).mockImplementation((async (...given: unknown[]) => {
        const found = await read(...given);
        await connection.del(key);
        if (data !== undefined) await connection.hset(key, { data });
        return found;
      }) as never);
    }
    await mendBroken(late, key);
    expect(await connection.hgetall(key)).toEqual(data === undefined ? {} : { data });
  });

  it('a broken job is mended, also one that is no text', async () => {
    const key = `queue-test:${randomUUID()}`;
    here.after(() => here.connection.del(key));
    await here.connection.hset(key, { data: Buffer.from('{"key":\xff', 'latin1') });
    await mendBroken(here.connection, key);
    const { data = '', opts } = await here.connection.hgetall(key);
    expect([JSON.parse(data), opts]).toEqual(['{"key":\ufffd', '{}']);
  });

  it.each([-3_600_000, 3_600_000])('a worker whose clock is wrong by %d ms sends once what is due', async (skewMs) => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    provider.answers.push(() => failed('not-sent', 'network_error'));
    await queue.enqueue(message);
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + skewMs);
    try {
      await open();
      await until(() => ended.length === 1);
      expect(provider.taken).toHaveLength(1);
    } finally {
      clock.mockRestore();
    }
  });
});

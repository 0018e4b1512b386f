import { randomUUID } from 'node:crypto';
import { isSmsError } from '@polysms/core';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { createQueue, createWorker, type QueueRequest, type QueueWorkerOptions } from './index.js';
import { failed, heldAnswer, surroundings, until, vendor } from './queue.test.fixture.js';

const url = await findRedis();
const message = { to: '+8613800138000', text: 'hello' } as const;
const later = () => Date.now() + 3_600_000;

describe.skipIf(skipWithoutRedis(url))('the queue', () => {
  const here = surroundings(url ?? '');

  it('sends a message, and keeps nothing of it', async () => {
    const provider = vendor();
    const { place, queue, ended, open } = await here.start(provider);
    const id = await queue.enqueue(message);
    await open();
    await until(() => ended.length === 1);
    expect(ended).toMatchObject([{ id, lane: 'messages', end: 'done', provider: 'vendor' }]);
    await until(async () => (await queue.get(id)) === undefined);
    const keys = await here.connection.keys(`queue-test:${place.name}*`);
    expect(keys.filter((key) => key.includes('k.'))).toEqual([]);
    expect((await queue.figures()).messages).toEqual({ waiting: 0, scheduled: 0, running: 0, dead: 0, done: 1 });
  });

  it('sends once under a key, also if it is enqueued again while it waits, while it runs and afterwards', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    const again = async () => expect(await queue.enqueue({ ...message, idempotencyKey: 'order:1' })).toBe('order:1');
    const held = heldAnswer();
    provider.answers.push(held.answer(() => provider.taken.push({} as never)));
    await again();
    await again();
    expect((await queue.figures()).messages.waiting).toBe(1);
    await open();
    await held.asked;
    await again();
    held.release();
    await until(async () => ended.length === 1 && (await queue.get('order:1')) === undefined);
    await again();
    await until(() => ended.length === 2);
    expect(provider.taken).toHaveLength(1);
  });

  it('takes many at once, and none if one is wrong', async () => {
    const { queue } = await here.start(vendor());
    const many = Array.from({ length: 1_000 }, (_, index) => ({ ...message, idempotencyKey: `order-${index}` }));
    expect((await queue.enqueueMany(many)).slice(0, 2)).toEqual(['order-0', 'order-1']);
    expect((await queue.figures()).messages.waiting).toBe(1_000);
    const wrong = queue.enqueueMany([
      { ...message, idempotencyKey: 'new' },
      { ...message, to: '1' },
    ]);
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid_phone_number',
      message: expect.stringContaining('request 1'),
    });
    expect(await queue.get('new')).toBeUndefined();
    expect(await queue.enqueueMany([])).toEqual([]);
    const tooMany = Array.from({ length: 10_001 }, () => message);
    await expect(queue.enqueueMany(tooMany)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('repeats what was certainly not sent, later each time', async () => {
    const provider = vendor();
    const { queue, ended, open, hurry } = await here.start(provider);
    provider.answers.push(
      () => failed('not-sent', 'network_error'),
      () => failed('refused', 'network_error'),
    );
    const id = await queue.enqueue(message);
    await open();
    for (const failures of [1, 2]) {
      const state = await until(async () => {
        const now = await queue.get(id);
        return now?.state === 'scheduled' && now.failures === failures && now;
      });
      expect(state).toMatchObject({ mayHaveBeenSent: false, stalls: 0 });
      await hurry();
    }
    await until(() => ended.length === 1);
    expect(provider.taken).toHaveLength(1);
  });

  it('never sends again what may have been sent, until a look-up proves that it was not', async () => {
    let isAbsent = false;
    const find = async () =>
      isAbsent ? ({ outcome: 'absent' } as const) : ({ outcome: 'inconclusive', message: 'x' } as const);
    const provider = vendor('vendor', { lookup: { visibleAfterMs: 0, absenceProves: true, find } });
    const { sms, queue, ended, open, hurry } = await here.start(provider);
    let asked = 0;
    provider.answers.push(() => {
      asked += 1;
      return failed('unknown', 'network_error');
    });
    const id = await queue.enqueue({ ...message, deadlineMs: 1_000 });
    await open();
    for (let round = 0; round < 3; round++) {
      await until(async () => (await queue.get(id))?.state === 'unknown');
      expect(await queue.get(id)).toMatchObject({ mayHaveBeenSent: true });
      expect(await queue.cancel(id)).toBe('running');
      await hurry();
    }
    expect([asked, provider.taken.length]).toEqual([1, 0]);
    isAbsent = true;
    // The look-up waits until the call cannot settle any more.
    await until(async () => (await sms.messages.sweep()).lookups > 0);
    await until(async () => {
      await hurry();
      return ended.length === 1;
    });
    expect(provider.taken).toHaveLength(1);
  });

  it('leaves what cannot succeed to a person, who revives or discards it', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    provider.answers.push(
      () => failed('refused', 'content_rejected'),
      () => failed('refused', 'content_rejected'),
    );
    await queue.enqueueMany([
      { ...message, idempotencyKey: 'a' },
      { ...message, idempotencyKey: 'b' },
    ]);
    await open();
    const letters = await until(async () => {
      const all = await queue.deadLetters();
      return all.length === 2 && all;
    });
    expect(letters.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(letters[0]).toMatchObject({
      lane: 'messages',
      reason: 'failed',
      error: { code: 'content_rejected', outcome: 'refused' },
      job: { message },
    });
    expect(await queue.get('a')).toMatchObject({ state: 'dead', mayHaveBeenSent: false });
    expect(await queue.cancel('a')).toBe('not-found');
    expect(await queue.revive('a')).toBe(true);
    expect(await queue.discard('b')).toBe(true);
    await until(() => ended.some(({ end }) => end === 'done'));
    expect([await queue.revive('a'), await queue.discard('b'), provider.taken.length]).toEqual([false, false, 1]);
  });

  it.each([[{ version: 9 }], ['text'], [null], [{ version: 1, key: 'x', handed: 0, stalls: 0, job: {} }]])(
    'leaves a job that it cannot read to a person: %j',
    async (data) => {
      const { place, queue, open } = await here.start(vendor());
      const bull = new Queue<unknown>(`${place.name}-codes`, place);
      await bull.add('sms', data, { jobId: 'k.x' });
      await bull.close();
      await open();
      const letter = await until(async () => (await queue.deadLetters())[0]);
      expect(letter).toEqual({ id: 'x', lane: 'codes', job: undefined, reason: 'unreadable' });
      expect(await queue.revive('x')).toBe(false);
      expect(await queue.discard('x')).toBe(true);
    },
  );

  it('sends nothing that is too old, and says so', async () => {
    const provider = vendor();
    const { queue, open } = await here.start(provider);
    const id = await queue.enqueue({ ...message, expiresAt: Date.now() + 40 });
    await until(() => Date.now() > 0 && new Promise<true>((resolve) => setTimeout(() => resolve(true), 50)));
    await open();
    expect(await until(async () => (await queue.deadLetters())[0])).toMatchObject({ id, reason: 'expired' });
    expect(provider.taken).toEqual([]);
  });

  it('sends nothing before its time', async () => {
    const provider = vendor();
    const { queue, ended, open, hurry } = await here.start(provider);
    const id = await queue.enqueue({ ...message, sendAt: later() });
    await queue.enqueue(message);
    await open();
    await until(() => ended.length === 1);
    expect(await queue.get(id)).toMatchObject({ state: 'scheduled' });
    await hurry();
    await until(() => ended.length === 2);
  });

  it('cancels what nobody has begun', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    const id = await queue.enqueue({ ...message, sendAt: later() });
    expect(await queue.cancel(id)).toBe('canceled');
    expect(await queue.cancel(id)).toBe('not-found');
    const held = heldAnswer();
    provider.answers.push(held.answer(() => provider.taken.push({} as never)));
    await queue.enqueue({ ...message, idempotencyKey: 'running' });
    await open();
    await held.asked;
    expect(await queue.cancel('running')).toBe('running');
    expect(await queue.get('running')).toMatchObject({ state: 'running', mayHaveBeenSent: true });
    held.release();
    await until(() => ended.length === 1);
  });

  it('cancels a message in every lane in which its key stands', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    const twice = async () => {
      for (const lane of ['campaigns', 'messages'] as const)
        await queue.enqueue({ ...message, lane, idempotencyKey: 'twice' });
    };
    await twice();
    expect(await queue.cancel('twice')).toBe('canceled');
    expect(await queue.get('twice')).toBeUndefined();
    const held = heldAnswer();
    provider.answers.push(held.answer(() => {}));
    await queue.enqueue({ ...message, lane: 'campaigns', idempotencyKey: 'twice' });
    await open();
    await held.asked;
    await queue.enqueue({ ...message, sendAt: later(), idempotencyKey: 'twice' });
    expect(await queue.cancel('twice'), 'the campaign is being sent').toBe('running');
    held.release();
    await until(() => ended.length === 1);
    expect(await queue.get('twice')).toBeUndefined();
  });

  it('sends nothing that it has said is canceled, however close the race is', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    await open();
    const ids = Array.from({ length: 60 }, (_, index) => `race-${index}`);
    const results = await Promise.all(
      ids.map(async (idempotencyKey) => {
        await queue.enqueue({ ...message, text: idempotencyKey, idempotencyKey });
        return queue.cancel(idempotencyKey);
      }),
    );
    const canceled = ids.filter((_, index) => results[index] === 'canceled');
    await until(() => ended.length === ids.length - canceled.length);
    const sent = new Set(provider.taken.map((taken) => 'text' in taken && taken.text));
    expect(canceled.filter((id) => sent.has(id))).toEqual([]);
    expect(sent.size).toBe(ids.length - canceled.length);
  });

  it('ends what it has begun before it closes', async () => {
    const provider = vendor();
    const { queue, ended, open } = await here.start(provider);
    const held = heldAnswer();
    provider.answers.push(held.answer(() => provider.taken.push({} as never)));
    await queue.enqueue(message);
    const worker = await open();
    await held.asked;
    const rest = await queue.enqueue({ ...message, lane: 'codes', sendAt: later() });
    const closing = worker.close();
    held.release();
    await closing;
    expect(ended).toHaveLength(1);
    expect(provider.taken).toHaveLength(1);
    expect(await queue.get(rest)).toMatchObject({ lane: 'codes', state: 'scheduled' });
  });

  it('takes over from a worker that died, and says that the message may have been sent', async () => {
    const provider = vendor();
    const { place, queue, ended, open } = await here.start(provider);
    const id = await queue.enqueue(message);
    const keys = `${place.prefix}:${place.name}-messages`;
    // As a worker leaves it that was killed: active, its lock over.
    await here.connection.rpoplpush(`${keys}:wait`, `${keys}:active`);
    await here.connection.sadd(`${keys}:stalled`, `k.${id}`);
    const held = heldAnswer();
    provider.answers.push(held.answer(() => provider.taken.push({} as never)));
    await open({ takeOverAfterMs: 100 });
    await held.asked;
    expect(await queue.get(id)).toMatchObject({ state: 'running', stalls: 1, mayHaveBeenSent: true });
    held.release();
    await until(() => ended.length === 1);
    expect(provider.taken).toHaveLength(1);
  });

  it.each([
    ['data', '{"key":'],
    ['opts', '{'],
    ['opts', 'null'],
  ])('leaves a job to a person whose %s somebody wrote over with %s', async (field, value) => {
    const { place, queue, ended, open } = await here.start(vendor());
    await queue.enqueue({ ...message, idempotencyKey: 'broken' });
    await here.connection.hset(`${place.prefix}:${place.name}-messages:k.broken`, { [field]: value });
    await queue.enqueue({ ...message, idempotencyKey: 'good' });
    await open({ takeOverAfterMs: 100 });
    const letters = await until(async () => {
      const all = await queue.deadLetters().catch(() => []);
      return all.length === 1 && all;
    });
    expect(letters).toMatchObject([{ id: 'broken', reason: 'unreadable' }]);
    // A slow machine is taken for dead, and tells an end once more.
    await until(() => new Set(ended.map(({ id }) => id)).size === 2);
    expect(await queue.discard('broken')).toBe(true);
  });

  it.each([undefined, null, 7, {}, ''])('refuses %j in the place of an id', async (id) => {
    const { queue } = await here.start(vendor());
    for (const call of [queue.get, queue.cancel, queue.revive, queue.discard]) {
      await expect(call(id as string)).rejects.toMatchObject({ code: 'invalid_request' });
    }
    await expect(queue.batch(id as string)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3'])('refuses to list %s dead letters', async (limit) => {
    const { queue } = await here.start(vendor());
    await expect(queue.deadLetters(limit as number)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('says which of many is missing, and tells nothing that reading a request throws', async () => {
    const { queue } = await here.start(vendor());
    const missing: QueueRequest[] = [message];
    missing[2] = message;
    await expect(queue.enqueueMany(missing)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('request 1'),
    });
    const unreadable = {
      ...message,
      get batch(): string {
        throw new Error('the text of a message');
      },
    };
    await expect(queue.enqueue(unreadable)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('waits for a connection that keeps no commands and is still connecting', async () => {
    const connection = new Redis(url ?? '', { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    const queue = createQueue({ ...here.place(), connection });
    here.after(async () => {
      await queue.close();
      connection.disconnect();
    });
    await queue.enqueue({ ...message, batch: 'sale', idempotencyKey: 'sale-1' });
    expect(await queue.batch('sale')).toMatchObject({ total: 1, open: 1 });
  });

  it('sweeps for all workers', async () => {
    const provider = vendor();
    const sms = here.client([provider]);
    let sweeps = 0;
    const counting = { ...sms, send: sms.send.bind(sms), messages: sms.messages };
    counting.messages = Object.assign(Object.create(sms.messages), {
      keys: sms.messages.keys,
      sweep: async () => {
        sweeps += 1;
        return { messages: 0, lookups: 0 };
      },
    });
    const { open } = await here.start(provider, { sms: counting as never, sweepEveryMs: 1_000 });
    await Promise.all([open(), open(), open()]);
    const startedAt = performance.now();
    await until(() => sweeps >= 2);
    expect(sweeps).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 1_000);
  });

  it('says what to do when Redis does not answer, without what Redis was told', async () => {
    const dead = new Redis({ port: 1, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
    dead.on('error', () => {});
    const queue = createQueue({ connection: dead });
    const error = await queue.enqueue(message).catch((reason: unknown) => reason);
    expect(isSmsError(error) && error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(JSON.stringify(error)).not.toContain('hello');
    await expect(queue.figures()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(queue.deadLetters()).rejects.toMatchObject({ code: 'store_unavailable' });
    await queue.close().catch(() => {});
  });

  it('says with a word what Redis does not let a user do', async () => {
    const username = `user-${randomUUID()}`;
    await here.connection.call('ACL', 'SETUSER', username, 'on', '>secret', '~*', '+@all', '-@scripting');
    const connection = new Redis(url ?? '', { username, password: 'secret' });
    const queue = createQueue({ ...here.place(), connection });
    here.after(async () => {
      await queue.close();
      connection.disconnect();
      await here.connection.call('ACL', 'DELUSER', username);
    });
    const refused = { code: 'store_unavailable', message: expect.stringContaining('(NOPERM)') };
    await expect(queue.enqueue(message)).rejects.toMatchObject(refused);
    await expect(queue.figures()).rejects.toMatchObject(refused);
  });

  it.each([
    [{ connection: {} }, 'connection must be a Redis'],
    [{ concurrency: 0 }, 'concurrency must be a whole number'],
    [{ concurrency: { codes: 1.5 } }, 'concurrency.codes must be'],
    [{ takeOverAfterMs: 1 }, 'takeOverAfterMs must be'],
    [{ keepDeadLettersMs: 1 }, 'keepDeadLettersMs must be'],
    [{ sweepEveryMs: 1 }, 'sweepEveryMs must be'],
    [{ name: 'a:b' }, 'name must be'],
    [{ prefix: '{a' }, 'prefix must be'],
    [{ sms: {} }, 'sms must be a client'],
    [{ connection: new Redis({ lazyConnect: true }) }, 'maxRetriesPerRequest: null'],
    [{ connection: new Redis({ lazyConnect: true, keyPrefix: 'x' }) }, 'no keyPrefix'],
  ])('refuses a worker with %#', (wrong, said) => {
    const options = { sms: here.client([vendor()]), ...here.place(), ...wrong } as unknown as QueueWorkerOptions;
    expect(() => createWorker(options)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(said) }),
    );
  });

  it.each([
    [{ deliverWithinMs: 5_000, via: ['a', 'b'] }, "onUnknown to 'failover'"],
    [{ deliverWithinMs: 5_000, onUnknown: 'failover' }, 'needs via'],
    [
      { deliverWithinMs: 5_000, onUnknown: 'failover', via: ['a', 'b'], idempotencyKey: 'k'.repeat(231) },
      'at most 230',
    ],
    [{ lane: 'fast' }, 'lane'],
  ])('refuses %j', async (wrong, said) => {
    const { queue } = await here.start(vendor());
    await expect(queue.enqueue({ ...message, ...wrong } as QueueRequest)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(said),
    });
  });
});

import type { MessageRecord, MessageStore } from '@polysms/core/stores';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisClient } from './redis-client.js';
import { redisStores } from './redis-stores.js';
import { claimOf, expectUnavailable, phone, record } from './sample.test.fixture.js';

const report = { state: 'delivered' } as const;

/** Each operation, and what it answers. All of them work on what `prepared` has left. */
const operations: readonly (readonly [string, (store: MessageStore) => unknown, unknown])[] = [
  ['add', (store) => store.add(record({ id: 'new', dueAt: 5 }), 60_000), { state: 'added' }],
  [
    'add with a key',
    (store) => store.add(record({ id: 'new', dueAt: 5 }), 60_000, claimOf({ key: 'free' })),
    { state: 'added' },
  ],
  [
    'add with a key that is taken',
    (store) => store.add(record({ id: 'new', dueAt: 5 }), 60_000, claimOf()),
    { state: 'held', id: 'message-1', record: record({ dueAt: 1 }) },
  ],
  [
    'add in the place of another',
    (store) => store.add(record({ id: 'new', dueAt: 5 }), 60_000, claimOf({ replaces: 'message-1' })),
    { state: 'added' },
  ],
  ['read', (store) => store.read('message-1'), record({ dueAt: 1 })],
  ['replace', (store) => store.replace(record({ revision: 2 })), { state: 'replaced' }],
  ['replace with a time', (store) => store.replace(record({ revision: 2, dueAt: 9 })), { state: 'replaced' }],
  ['link', (store) => store.link('mob', 'early', 'message-1', 60_000), [report]],
  ['find', (store) => store.find('mob', 'late', report, 60_000), undefined],
  ['find what is linked', (store) => store.find('mob', 'linked', report, 60_000), 'message-1'],
  ['claimDue', (store) => store.claimDue(2, 10, 1000), ['message-1']],
  ['isFirst', (store) => store.isFirst('inbound', 60_000), true],
  ['forget', (store) => store.forget(phone), 1],
];

async function prepared(store: MessageStore): Promise<void> {
  await store.add(record({ dueAt: 1 }), 60_000, claimOf());
  await store.find('mob', 'early', report, 60_000);
  await store.link('mob', 'linked', 'message-1', 60_000);
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))('messages in Redis', () => {
  let server: TestRedis;
  let client: Redis;
  let messages: MessageStore;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  beforeEach(async () => {
    await client.flushall();
    ({ messages } = redisStores({ client }));
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  /** What there is, without what is made by chance or goes on by itself. */
  async function contents(): Promise<Readonly<Record<string, unknown>>> {
    const all: Record<string, unknown> = {};
    for (const key of (await client.keys('*')).sort()) {
      if (/\{due\}:/.test(key)) continue;
      const isIndex = (await client.type(key)) === 'zset';
      const held = isIndex ? await client.zrange(key, '0', '-1') : JSON.parse((await client.get(key)) ?? '{}');
      all[key] = isIndex ? held : { ...held, endsAt: undefined, token: undefined };
    }
    return all;
  }

  /** The client, with something else in the place of sending a command. */
  function clientThat(send: (run: () => Promise<unknown>, key: string) => Promise<unknown>): RedisClient {
    const evalsha: RedisClient['evalsha'] = (...args) => send(() => client.evalsha(...args), args[2] ?? '');
    return { evalsha, eval: (...args) => client.eval(...args) };
  }

  describe('whose client repeats each command, its answer lost', () => {
    // Scripts are known, so that each command is sent as a hash.
    beforeEach(async () => {
      await prepared(messages);
      for (const [, operation] of operations) await operation(messages);
      await client.flushall();
    });

    it.each(operations)('answer the same, and hold the same: %s', async (_, operation, expected) => {
      await prepared(messages);
      await operation(messages);
      const once = await contents();
      await client.flushall();
      await prepared(messages);
      const twice = clientThat(async (run) => {
        await run();
        return run();
      });
      expect(await operation(redisStores({ client: twice }).messages)).toEqual(expected);
      expect(await contents()).toEqual(once);
    });
  });

  it.each(operations)('touch one slot of a cluster with each command: %s', async (_, operation) => {
    await prepared(messages);
    const spread: (readonly string[])[] = [];
    const evalsha: RedisClient['evalsha'] = (sha1, count, ...rest) => {
      spread.push([...new Set(rest.slice(0, count).map((key) => /\{(.*)\}/.exec(key)?.[1] ?? ''))]);
      return client.evalsha(sha1, count, ...rest);
    };
    await operation(redisStores({ client: { evalsha, eval: (...args) => client.eval(...args) } }).messages);
    expect(spread.filter((tags) => tags.length !== 1 || tags[0] === '')).toEqual([]);
  });

  it('hold the bytes of a record as they were', async () => {
    const odd = record({
      purpose: '\ud800 "短信" 📦 \\ \u2028\u0000 \u007f',
      attempts: [{ provider: '', history: [], accepted: { references: [], segments: 12.000_000_000_000_01 } }],
    });
    await messages.add(odd, 60_000);
    const stored = JSON.parse((await client.get('polysms:message:{message-1}')) ?? '') as { readonly record: string };
    expect(stored.record).toBe(JSON.stringify(odd));
    await messages.replace({ ...odd, revision: 2 });
    expect(await messages.read('message-1')).toEqual({ ...odd, revision: 2 });
    expect(await messages.replace({ ...odd, revision: 2, kind: 'verification' })).toEqual({
      state: 'outdated',
      current: { ...odd, revision: 2 },
    });
  });

  it('keep the last 16 reports that wait for a reference, and one that is repeated once', async () => {
    for (let index = 0; index < 20; index += 1) {
      for (let time = 0; time < 2; time += 1) await messages.find('mob', 'r', { ...report, at: index }, 60_000);
    }
    const waiting = await messages.link('mob', 'r', 'message-1', 60_000);
    expect(waiting.map(({ at }) => at)).toEqual(Array.from({ length: 16 }, (_, index) => index + 4));
  });

  describe('a process that dies after any of its commands', () => {
    /** Lets so many commands through; then nothing is sent any more. */
    const dyingAfter = (commands: number) => {
      let left = commands;
      const dying = clientThat((run) => {
        left -= 1;
        return left < 0 ? new Promise(() => {}) : run();
      });
      return redisStores({ client: dying }).messages;
    };
    const settled = async () => {
      for (let turn = 0; turn < 20; turn += 1) await client.ping();
    };

    it.each([0, 1, 2, 3, 4])(
      'leaves no key without its record, and no record that is not found: %d',
      async (commands) => {
        void dyingAfter(commands).add(record({ dueAt: 1 }), 60_000, claimOf());
        await settled();
        const held = await messages.add(record({ id: 'next' }), 60_000, claimOf());
        const written = await messages.read('message-1');
        if (held.state === 'held')
          expect(held).toEqual({ state: 'held', id: 'message-1', record: record({ dueAt: 1 }) });
        else expect(held).toEqual({ state: 'added' });
        expect(await messages.claimDue(2, 10, 1000)).toEqual(written === undefined ? [] : ['message-1']);
        expect(await messages.forget(phone)).toBe(written === undefined ? 1 : held.state === 'held' ? 1 : 2);
      },
    );

    it.each([0, 1, 2, 3, 4])('leaves nothing that is due and not found: %d', async (commands) => {
      await messages.add(record({ dueAt: 100 }), 60_000);
      void dyingAfter(commands).replace(record({ revision: 2, dueAt: 50 }));
      await settled();
      const dueAt = (await messages.read('message-1'))?.dueAt ?? 0;
      expect(await messages.claimDue(dueAt - 1, 10, 1)).toEqual([]);
      expect(await messages.claimDue(dueAt, 10, 1)).toEqual(['message-1']);
    });
  });

  describe('the index of what is due', () => {
    const indexed = () => client.zrange('polysms:messages:{due}', '0', '-1', 'WITHSCORES');

    it('names a message until it is settled, and no longer', async () => {
      await messages.add(record({ dueAt: 100 }), 60_000);
      expect(await indexed()).toEqual(['message-1', '100']);
      await messages.replace(record({ revision: 2, dueAt: 300 }));
      expect(await indexed()).toEqual(['message-1', '300']);
      await messages.replace(record({ revision: 3 }));
      expect(await indexed()).toEqual([]);
    });

    it('is mended when it names a message too early, or one that is gone', async () => {
      await messages.add(record({ dueAt: 100 }), 60_000);
      await messages.add(record({ id: 'gone', dueAt: 1 }), 60_000);
      await messages.add(record({ id: 'settled', dueAt: 1 }), 60_000);
      await messages.replace(record({ revision: 7, dueAt: 1 }));
      await client.del('polysms:message:{gone}');
      await client.set('polysms:message:{settled}', (await client.get('polysms:message:{message-1}')) ?? '');
      await messages.replace(record({ id: 'settled', revision: 2 }));
      expect(await messages.claimDue(50, 1, 1000)).toEqual([]);
      expect(await indexed()).toEqual(['message-1', '100']);
    });

    it('is left alone by whoever reads a record while another changes it', async () => {
      await messages.add(record({ dueAt: 1 }), 60_000);
      await messages.replace(record({ revision: 2 }));
      await client.zadd('polysms:messages:{due}', 1, 'message-1');
      // It finds that the record is not due, and meanwhile that changes.
      let isRead = false;
      const slow = clientThat(async (run, key) => {
        const answer = await run();
        if (key.includes(':message:') && !isRead) {
          isRead = true;
          await messages.replace(record({ revision: 3, dueAt: 5000 }));
        }
        return answer;
      });
      expect(await redisStores({ client: slow }).messages.claimDue(2, 10, 1000)).toEqual([]);
      expect(await messages.claimDue(5000, 10, 1000)).toEqual(['message-1']);
    });

    it('gives what can be read, whatever a newer version has written beside it', async () => {
      await messages.add(record({ id: 'newer', dueAt: 1 }), 60_000);
      await messages.add(record({ dueAt: 2 }), 60_000);
      const newer = JSON.stringify({ v: 2 });
      await client.set('polysms:message:{newer}', newer);
      expect(await messages.claimDue(3, 1, 1000)).toEqual(['message-1']);
      expect(await client.get('polysms:message:{newer}')).toBe(newer);
    });
  });

  it.each<[string, 'not-sent' | 'unknown', (store: MessageStore) => unknown]>([
    ['message:{message-1}', 'unknown', (store) => store.read('message-1')],
    ['message:{message-1}', 'not-sent', (store) => store.add(record(), 60_000)],
    ['message:{message-1}', 'not-sent', (store) => store.add(record({ id: 'late' }), 60_000, claimOf())],
    ['message:{message-1}', 'unknown', (store) => store.replace(record({ revision: 2 }))],
    ['message:{message-1}', 'unknown', (store) => store.forget(phone)],
    ['message-key:', 'not-sent', (store) => store.add(record({ id: 'late' }), 60_000, claimOf())],
    ['reference:{3:mob:early}', 'unknown', (store) => store.link('mob', 'early', 'message-1', 1)],
    ['reference:{3:mob:early}', 'unknown', (store) => store.find('mob', 'early', report, 1)],
    ['said:', 'unknown', (store) => store.isFirst('inbound', 1)],
  ])('leave a value of a newer version alone: %s %s %s', async (name, outcome, operation) => {
    await prepared(messages);
    await messages.isFirst('inbound', 60_000);
    const key = (await client.keys('*')).find((each) => each.startsWith(`polysms:${name}`)) ?? '';
    const newer = JSON.stringify({ ...JSON.parse((await client.get(key)) ?? ''), v: 2 });
    await client.set(key, newer, 'PX', 60_000);
    await expectUnavailable(operation(messages), outcome, 'The message store failed. A newer version');
    expect(await client.get(key)).toBe(newer);
  });

  it('leave a record alone whose shape is newer, though the value is not', async () => {
    const newer = { ...record(), version: 2 } as unknown as MessageRecord;
    await messages.add(newer, 60_000);
    await expectUnavailable(messages.read('message-1'), 'unknown', 'newer version');
    await expectUnavailable(messages.replace(record()), 'unknown', 'newer version');
  });

  afterEach(async () => {
    // Whatever a test has done: the phone is in no name of a key.
    expect((await client.keys('*')).filter((key) => key.includes(phone.slice(1)))).toEqual([]);
  });
});

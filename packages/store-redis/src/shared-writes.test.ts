import { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import type { RedisClient } from './redis-client.js';
import { redisStores } from './redis-stores.js';
import { hourly, take } from './sample.test.fixture.js';
import { SharedWrites } from './shared-writes.js';

type Stream = NonNullable<RedisClient['stream']>;

/** A client that tells what is done to it, in order, and to which of its connections. */
class Told implements RedisClient {
  readonly told: string[] = [];
  stream: Stream | undefined = this.connection('first');

  connection(name: string): Stream {
    return { cork: () => void this.told.push(`cork ${name}`), uncork: () => void this.told.push(`uncork ${name}`) };
  }

  async evalsha(sha1: string): Promise<unknown> {
    this.told.push(sha1);
    return sha1;
  }

  async eval(): Promise<unknown> {
    return undefined;
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('what is asked in one turn', () => {
  it('is written together when the turn ends', async () => {
    const client = new Told();
    const writes = new SharedWrites(client);
    for (const sha1 of ['a', 'b']) void writes.ask(() => client.evalsha(sha1));
    // Answers that come in one read go on in microtasks, one after the other: that is one turn, too.
    await Promise.resolve();
    void writes.ask(() => client.evalsha('c'));
    expect(client.told).toEqual(['cork first', 'a', 'b', 'c']);
    await turn();
    expect(client.told).toEqual(['cork first', 'a', 'b', 'c', 'uncork first']);
    void writes.ask(() => client.evalsha('d'));
    await turn();
    expect(client.told.slice(5)).toEqual(['cork first', 'd', 'uncork first']);
  });

  it('is written by twelve, so that the server has work meanwhile', async () => {
    const client = new Told();
    const writes = new SharedWrites(client);
    for (let asked = 0; asked < 25; asked += 1) void writes.ask(() => client.evalsha('.'));
    await turn();
    const dozen = '.'.repeat(12);
    expect(client.told.join('')).toBe(
      `cork first${dozen}uncork firstcork first${dozen}uncork firstcork first.uncork first`,
    );
  });

  it('is written by twelve, whichever stores of the client ask', async () => {
    const written: number[] = [];
    const stream = new Writable({
      writev(chunks, done) {
        written.push(chunks.length);
        done();
      },
    });
    const evalsha = async () => {
      stream.write('a script');
      return '{"taken":[["window",1]]}';
    };
    const client: RedisClient = { stream, evalsha, eval: evalsha };
    const [one, other] = [redisStores({ client, prefix: 'one' }), redisStores({ client, prefix: 'other' })];
    const keys = Array.from({ length: 24 }, (_, index) => `k-${index}`);
    await Promise.all(keys.flatMap((key) => [take(one.limits, key), take(other.limits, key)]));
    await turn();
    expect(written).toEqual([12, 12, 12, 12]);
  });

  it('is written on the connection that was held back, though the client has another one by now', async () => {
    const client = new Told();
    const writes = new SharedWrites(client);
    void writes.ask(() => client.evalsha('a'));
    client.stream = client.connection('second');
    void writes.ask(() => client.evalsha('b'));
    await turn();
    void writes.ask(() => client.evalsha('c'));
    await turn();
    expect(client.told).toEqual(['cork first', 'a', 'b', 'uncork first', 'cork second', 'c', 'uncork second']);
  });

  it.each([undefined, null, 'orders', {}])('is written at once while there is no connection: %j', async (stream) => {
    const client = new Told();
    // A client that the app has written for itself may call something else so.
    client.stream = stream as undefined;
    const writes = new SharedWrites(client);
    for (const sha1 of ['a', 'b']) expect(await writes.ask(() => client.evalsha(sha1))).toBe(sha1);
    await turn();
    expect(client.told).toEqual(['a', 'b']);
  });

  it('is written although one of the commands throws', async () => {
    const client = new Told();
    const writes = new SharedWrites(client);
    const broken = () => {
      throw new Error('broken');
    };
    void writes.ask(() => client.evalsha('a'));
    expect(() => writes.ask(broken)).toThrow('broken');
    await turn();
    expect(client.told).toEqual(['cork first', 'a', 'uncork first']);
  });
});

describe.skipIf(skipWithoutRedis(await findRedisServer()))('a hundred scripts at once', () => {
  it('take few writes, are all answered, and leave the connection as it was', async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    try {
      const { limits } = redisStores({ client });
      await take(limits, 'loads the script');
      let written = 0;
      const { stream } = client;
      for (const write of ['_write', '_writev'] as const) {
        const original = stream[write]?.bind(stream) as (...args: unknown[]) => void;
        Object.assign(stream, {
          [write]: (...args: unknown[]) => {
            written += 1;
            original(...args);
          },
        });
      }
      const keys = Array.from({ length: 100 }, (_, index) => `k-${index}`);
      const taken = await Promise.all(keys.map((key) => take(limits, key, hourly)));
      expect(taken.every((each) => each.taken)).toBe(true);
      expect(written).toBeLessThanOrEqual(9);
      expect(stream.writableCorked).toBe(0);
    } finally {
      client.disconnect();
      await server.stop();
    }
  });
});

import { createSmsClient, type GuardOptions } from '@polysms/core';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, inbox } from './inbox.test.fixture.js';
import { takeAllScript } from './limit-scripts.js';
import { redisStores } from './redis-stores.js';
import { phone } from './sample.test.fixture.js';
import { checkScript } from './verification-scripts/check.js';
import { openScript } from './verification-scripts/open.js';
import { settleScript } from './verification-scripts/settle.js';

const names = new Map([
  [takeAllScript.sha1, 'take all'],
  [openScript.sha1, 'open'],
  [settleScript.sha1, 'settle'],
  [checkScript.sha1, 'check'],
]);

/** Only the commands of a client are counted, not those that a script runs. */
const isOfClient = (source: string) => source !== 'lua';

describe.skipIf(skipWithoutRedis(await findRedisServer()))('what a verification asks of Redis', () => {
  let server: TestRedis;
  let redis: Redis;
  let monitor: Redis;
  const commands: string[] = [];
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    monitor = await redis.monitor();
    monitor.on('monitor', (_time: string, [command = '', sha1 = '']: string[], source: string) => {
      if (!isOfClient(source)) return;
      commands.push(command.toLowerCase() === 'evalsha' ? (names.get(sha1) ?? sha1) : command);
    });
  });
  afterAll(async () => {
    monitor.disconnect();
    redis.disconnect();
    await server.stop();
  });

  /** What the server has seen, in order. The monitor is told in order, too: an echo comes last. */
  async function seen(mark: string): Promise<readonly string[]> {
    const echoed = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, args: string[]) => args[1] === mark && resolve());
    });
    await redis.echo(mark);
    await echoed;
    return commands.splice(0).filter((command) => command.toLowerCase() !== 'echo');
  }

  it.each<[string, GuardOptions | false, readonly string[]]>([
    ['with the limits of the guard', {}, ['take all', 'open', 'settle', 'check']],
    ['without the guard', false, ['open', 'settle', 'check']],
  ])('is one script for each step, %s', async (name, guard, expected) => {
    const provider = inbox();
    const sms = createSmsClient({
      providers: [provider],
      guard,
      stores: redisStores({ client: redis }),
      verification: { pepper: 'pepper-of-the-tests-0123456789abcdef' },
    });
    const verify = async (to: string) => {
      const { id } = await sms.verifications.start({ to, ip: '203.0.113.9' });
      const code = codeOf(provider.messages.at(-1));
      expect(await sms.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
    };
    // The first time the server does not know the scripts.
    await verify(phone);
    await seen(`${name}, before`);
    await verify('+8613800138001');
    expect(await seen(`${name}, after`)).toEqual(expected);
    await sms.close();
  });
});

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { redisStores } from './redis-stores.js';
import { challenge, check, digest, subject } from './sample.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const names = isLong ? ['a', 'b', 'c', 'd'] : ['a', 'b'];
const checks = 250 * names.length;
const worker = new URL('./check-worker.test.fixture.mjs', import.meta.url);

/** What each check came to, of this many in each process at once. */
async function statesOf(url: string, guess: string, each: number): Promise<readonly string[]> {
  const order = JSON.stringify(check(guess));
  const children = names.map((name) => fork(worker, [url, name, String(each), order]));
  await Promise.all(children.map((child) => once(child, 'message')));
  const answers = children.map(async (child: ChildProcess) => (await once(child, 'message'))[0] as string[]);
  for (const child of children) child.send('go');
  const states = (await Promise.all(answers)).flat();
  await Promise.all(children.map(async (child) => child.exitCode ?? (await once(child, 'exit'))));
  return states;
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))(`${names.length} processes on one Redis`, () => {
  it.each([
    ['right', digest, 'approved', 1, 'not-found', { failures: 0, challenges: [{ state: 'approved' }] }],
    ['wrong', 'wrong', 'incorrect', 5, 'exhausted', { failures: 5, challenges: [{ state: 'exhausted' }] }],
  ])(`get what one gets from ${checks} %s checks at once`, async (_, guess, first, times, then, left) => {
    const server = await startRedis();
    const client = new Redis(server.url);
    const { verification } = redisStores({ client });
    await verification.open(challenge());
    const states = await statesOf(server.url, guess, 250);
    expect(states.filter((state) => state === first)).toHaveLength(times);
    expect(states.filter((state) => state === then)).toHaveLength(checks - times);
    expect(await verification.read(subject)).toMatchObject(left);
    client.disconnect();
    await server.stop();
  });
});

import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createQueue } from './index.js';
import { failed, surroundings, until, vendor } from './queue.test.fixture.js';

const url = await findRedis();
const canary = { to: '+8613912345678', text: 'canary 482913' } as const;
const secrets = /canary|482913|13912345678/;

describe.skipIf(skipWithoutRedis(url))('no text, code or whole phone', () => {
  const here = surroundings(url ?? '');
  const warnings: unknown[] = [];
  beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation((said) => void warnings.push(said)));
  afterAll(() => void vi.restoreAllMocks());

  it('is in errors, ends, letters and what is told of a message, whatever goes wrong', async () => {
    const provider = vendor();
    const { place, queue, ended, open } = await here.start(provider);
    const told: unknown[] = [];
    const fails = async (call: Promise<unknown>) => {
      const error: unknown = await call.then(
        () => expect.fail('it did not fail'),
        (reason: unknown) => reason,
      );
      told.push(error);
    };
    // A vendor that repeats the number, and a provider that throws what it got.
    provider.answers.push(
      ({ to }) => ({ outcome: 'refused', code: 'content_rejected', message: `not to ${to.e164}` }),
      ({ to }) => Promise.reject(new Error(`no way to ${to.e164}: ${canary.text}`)),
      () => failed('unknown', 'network_error'),
    );
    const ids = await queue.enqueueMany([canary, canary, canary].map((each) => ({ ...each, deadlineMs: 1_000 })));
    await open({ concurrency: 1 });
    await until(() => provider.answers.length === 0);
    await until(async () => (await queue.figures()).messages.running === 0 && ended.length > 0);
    for (const id of ids) told.push(await queue.get(id));
    // The job itself is what a person asks for; why it ended is not to hold it.
    for (const { job: _, ...letter } of await queue.deadLetters()) told.push(letter);
    await fails(queue.enqueue({ ...canary, to: `${canary.to}x` }));
    await fails(queue.enqueue({ ...canary, lane: canary.text as never }));
    await fails(queue.enqueue({ ...canary, batch: canary.text.repeat(90) }));
    await fails(queue.enqueueMany([{ ...canary, sendAt: canary.text as never }]));
    // Redis refuses what it is told, and repeats it.
    const refusing = new Redis(url ?? '', { maxRetriesPerRequest: 1 });
    const closing = createQueue({ ...place, connection: refusing });
    await closing.figures();
    const refused = vi
      .spyOn(refusing, 'sendCommand')
      .mockRejectedValue(new Error(`ERR unknown command ${canary.text} ${canary.to}`));
    await fails(closing.enqueue(canary));
    await fails(closing.cancel('x'));
    await fails(closing.batch('x'));
    refused.mockRestore();
    await closing.close();
    refusing.disconnect();
    expect(told.length).toBeGreaterThan(8);
    expect(inspect([told, ended, warnings], { depth: 20, showHidden: true })).not.toMatch(secrets);
    expect(JSON.stringify([told, ended, warnings])).not.toMatch(secrets);
  });
});

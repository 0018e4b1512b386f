import { describe, expect, it } from 'vitest';
import { client, fake } from '../client/sms-client.test.fixture.js';
import { MemoryMessageStore } from '../messages/memory-message-store.js';
import { storeOver } from '../messages/message-stores.test.fixture.js';
import { type JobWorkerOptions, readJobWorkerOptions } from './worker-options.js';

const shared = (ttlMs?: number) =>
  client([fake('a')], {
    stores: { messages: storeOver(new MemoryMessageStore(), { isShared: true }) },
    ...(ttlMs === undefined ? {} : { idempotency: { ttlMs } }),
  });

const refusal = (options: Partial<JobWorkerOptions>) => {
  try {
    return readJobWorkerOptions('createWorker()', options as JobWorkerOptions);
  } catch (error) {
    return error;
  }
};

describe('a worker for jobs', () => {
  it('asks about a message for half of the time in which its key is kept, and twelve hours at most', () => {
    expect(readJobWorkerOptions('createWorker()', { sms: shared() })).toBe(12 * 3_600_000);
    expect(readJobWorkerOptions('createWorker()', { sms: shared(3_600_000) })).toBe(1_800_000);
    expect(readJobWorkerOptions('createWorker()', { sms: shared(3_600_000), resolveForMs: 3_600_000 })).toBe(3_600_000);
  });

  it.each([
    ['keys in memory', { sms: client([fake('a')]) }, /createWorker\(\): sms keeps idempotency keys in memory.*stores/],
    ['no client', {}, /sms must be a client/],
    [
      'keys that are kept too short',
      { sms: shared(20_000), resolveForMs: 20_001 },
      /resolveForMs must be from 0 to 20000/,
    ],
  ])('is refused with %s', (_, options, said) => {
    expect(refusal(options)).toMatchObject({ code: 'configuration_invalid', message: expect.stringMatching(said) });
  });
});

import { randomUUID } from 'node:crypto';
import { createSmsClient, type SmsClient, type SmsClientOptions, type SmsProvider } from '@polysms/core';
import type { OutboundMessage, SendOutcome } from '@polysms/core/provider-kit';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import { afterAll, afterEach } from 'vitest';
import { createQueue, createWorker, type EndedJob, type QueueWorkerOptions } from './index.js';

/** What a vendor took, and what it answers next. */
export interface Vendor extends SmsProvider {
  readonly taken: OutboundMessage[];
  /** Answers of the next calls, in order; then it takes every message. */
  readonly answers: ((message: OutboundMessage) => SendOutcome | Promise<SendOutcome>)[];
}

export function vendor(id = 'vendor', more: Partial<SmsProvider> = {}): Vendor {
  const taken: OutboundMessage[] = [];
  const answers: Vendor['answers'] = [];
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    ...more,
    taken,
    answers,
    send: async (message) => {
      const answer = answers.shift();
      if (answer !== undefined) return answer(message);
      taken.push(message);
      return { outcome: 'accepted', reference: `r${taken.length}` };
    },
    close: async () => undefined,
  };
}

/** A provider that answers when the test says so. */
export function heldAnswer(): {
  readonly asked: Promise<void>;
  release(): void;
  answer(take: () => void): () => Promise<SendOutcome>;
} {
  let isAsked = () => {};
  let release = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    asked,
    release: () => release(),
    answer: (take) => async () => {
      isAsked();
      await released;
      take();
      return { outcome: 'accepted' };
    },
  };
}

export const failed = (outcome: 'refused' | 'not-sent' | 'unknown', code: 'network_error' | 'content_rejected') =>
  ({ outcome, code, message: 'It failed.' }) as const;

/** Queues, workers and clients for one test file, ended after each test. */
export function surroundings(url: string) {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(() => connection.disconnect());
  return {
    connection,
    after: (end: () => unknown) => void ends.push(end),
    /** A queue of its own for one test. */
    place: () => ({ connection, name: randomUUID(), prefix: 'queue-test' }),
    client(providers: readonly SmsProvider[], options: Partial<SmsClientOptions> = {}): SmsClient {
      const { messages } = redisStores({ client: connection, prefix: `queue-test-${randomUUID()}` });
      const sms = createSmsClient({ providers, stores: { messages }, messages: { sweepEveryMs: false }, ...options });
      ends.push(() => sms.close());
      return sms;
    },
    async start(provider: SmsProvider | readonly SmsProvider[], options: Partial<QueueWorkerOptions> = {}) {
      const place = this.place();
      const sms = options.sms ?? this.client('send' in provider ? [provider] : provider);
      const queue = createQueue(place);
      ends.push(() => queue.close());
      const ended: EndedJob[] = [];
      const onEnd = (end: EndedJob) => void ended.push(end);
      const open = async (more: Partial<QueueWorkerOptions> = {}) => {
        const worker = createWorker({ ...place, sms, sweepEveryMs: false, onEnd, ...options, ...more });
        ends.push(() => worker.close());
        await worker.ready();
        return worker;
      };
      return { place, sms, queue, ended, open, hurry: () => hurry(connection, place) };
    },
  };
}

/** What is to be done later is due now. */
export async function hurry(connection: Redis, { prefix, name }: { readonly prefix: string; readonly name: string }) {
  for (const lane of ['codes', 'messages', 'campaigns']) {
    const keys = `${prefix}:${name}-${lane}`;
    const ids = await connection.zrange(`${keys}:delayed`, '0', '-1');
    // Only what is still there: a worker may have taken it meanwhile.
    await Promise.all(ids.map((id) => connection.zadd(`${keys}:delayed`, 'XX', '0', id)));
    if (ids.length > 0) await connection.zadd(`${keys}:marker`, '0', '1');
  }
}

/** Asks again until something is so. */
export async function until<Value>(
  what: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  for (;;) {
    const value = await what();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

import { createSmsClient, type MessageStatus, type SmsClient, type SmsProvider, type SmsStores } from '@polysms/core';
import { type DeliveryReport, type EventSink, notSent, type SendOutcome, unknown } from '@polysms/core/provider-kit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisStores } from './redis-stores.js';
import { type Path, reportOf, type Step, type Story, stateAfter, stories } from './stories.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const numRuns = isLong ? 20_000 : 200;
/** Stories that are played at the same time: Redis is then asked by many at once, as it is in truth. */
const atOnce = 50;
/** No store is late here, however slow the machine is. */
const deadlineMs = 3_600_000;

/** One of the processes that share a store. */
interface Process {
  readonly sms: SmsClient;
  /** Tells it what the vendor of a provider reports. */
  tell(provider: string, report: DeliveryReport): Promise<void>;
}

/** What the vendor of a provider does with a message. */
type Vendor = (id: string, provider: string) => Promise<SendOutcome>;

function processOver(stores: SmsStores, vendorOf: (text: string) => Vendor | undefined): Process {
  const sinks = new Map<string, EventSink>();
  const provider = (id: string): SmsProvider => ({
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: false },
    verification: null,
    webhooks: null,
    events: {
      listen(sink) {
        sinks.set(id, sink);
        return { [Symbol.dispose]: () => sinks.delete(id) };
      },
    },
    lookup: null,
    send: async (message) => {
      const vendor = message.kind === 'text' ? vendorOf(message.text) : undefined;
      return vendor === undefined ? notSent('invalid_request', 'No story has this text.') : vendor(message.id, id);
    },
    close: async () => {},
  });
  const sms = createSmsClient({
    providers: [provider('a'), provider('b')],
    stores,
    deadlineMs,
    optOut: false,
    retryBudget: { burst: 1_000_000 },
    breaker: { consecutiveFailures: 100_000, minimumCalls: 100_000 },
  });
  return { sms, tell: async (id, report) => sinks.get(id)?.(report) };
}

/** Processes that share one store, and the stories which their vendors play. */
class World {
  readonly #processes: readonly Process[];
  readonly #vendors = new Map<string, Vendor>();
  #played = 0;

  constructor(stores: readonly SmsStores[]) {
    this.#processes = stores.map((each) => processOver(each, (text) => this.#vendors.get(text)));
  }

  /** Sends the message of a story, and tells what is reported of it along a path. Gives where it stands then. */
  async play(story: Story, { before, meanwhile, after }: Path): Promise<Status | undefined> {
    this.#played += 1;
    const number = this.#played;
    const text = `Story ${number}`;
    const to = `+86138${String(number).padStart(8, '0')}`;
    let id = '';
    const tell = async ({ index, process }: Step) => {
      const told = story.reports[index];
      if (told !== undefined) await this.#process(process).tell(told.provider, reportOf(told, { id, to, number }));
    };
    let racing: Promise<unknown> = Promise.resolve();
    this.#vendors.set(text, async (messageId, provider) => {
      id = messageId;
      if (provider === story.last) {
        for (const step of before) await tell(step);
        racing = Promise.all(meanwhile.map(tell));
      }
      return outcomeAt(story, provider, number);
    });
    const { sms } = this.#process(0);
    const sending = sms.send({ to, text, idempotencyKey: text, onUnknown: story.onUnknown });
    await sending.catch((error: unknown) => expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' }));
    await racing;
    await Promise.all(after.map(tell));
    this.#vendors.delete(text);
    return statusWithout(await this.#process(1).sms.messages.get(id), number);
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(({ sms }) => sms.close()));
  }

  /** In memory there is one. */
  #process(index: number): Process {
    return this.#processes[index % this.#processes.length] as Process;
  }
}

function outcomeAt({ outcomes }: Story, provider: string, number: number): SendOutcome {
  const references = [1, 2].map((part) => `${number}-${provider}-${part}`);
  switch (outcomes[provider]) {
    case 'accepted':
      return { outcome: 'accepted', reference: references[0], references };
    case 'unknown':
      return unknown('timeout', 'No answer came.');
    default:
      return notSent('sender_rejected', 'Not from this sender.');
  }
}

/** What is not the same for two messages: id, phone, time, and the story's number in references. */
type Status = Omit<MessageStatus, 'id' | 'to' | 'createdAt'>;

function statusWithout(status: MessageStatus | undefined, number: number): Status | undefined {
  if (status === undefined) return undefined;
  const { id: _id, to: _to, createdAt: _createdAt, ...rest } = status;
  return JSON.parse(JSON.stringify(rest).replaceAll(`"${number}-`, '"')) as Status;
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))('reports of a message, over Redis and in memory', () => {
  let server: TestRedis;
  let clients: readonly Redis[];
  let inRedis: World;
  let inMemory: World;
  beforeAll(async () => {
    server = await startRedis();
    clients = [0, 1].map(() => new Redis(server.url, { enableAutoPipelining: true }));
    inRedis = new World(clients.map((client) => ({ messages: redisStores({ client }).messages })));
    inMemory = new World([{}]);
  });
  afterAll(async () => {
    await Promise.all([inRedis.close(), inMemory.close()]);
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  it('lead to one state in any order, however often they come, and none is lost that comes before the answer', async () => {
    await fc.assert(
      fc.asyncProperty(stories(atOnce), async (batch) => {
        await Promise.all(
          batch.map(async ({ story, one, other }) => {
            const [redis, memory] = await Promise.all([inRedis.play(story, one), inMemory.play(story, other)]);
            // Said here, since fifty stories would take hours to shrink.
            const played = JSON.stringify({ story, one, other });
            expect(redis, played).toStrictEqual(memory);
            expect(redis?.state, played).toBe(stateAfter(story));
          }),
        );
      }),
      { numRuns: numRuns / atOnce, endOnFailure: true },
    );
  });
});

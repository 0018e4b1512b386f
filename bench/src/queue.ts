// What the queue costs: messages a second with 1, 2 and 4 worker processes, beside bare BullMQ whose processor calls the
// same `send` with the same key, and beside bare BullMQ that does nothing. Then how long a code waits on an idle queue,
// and beside a campaign of 100,000. `node bench/dist/queue.js [messages] [rounds] [codes]`
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createSmsClient } from '@polysms/core';
import { createQueue, createWorker, sharedPace } from '@polysms/queue';
import { redisStores } from '@polysms/store-redis';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { startRedis } from 'test-redis';
import { medianOf } from './statistics.js';

type Kind = 'ours' | 'bare' | 'empty';

/** What a worker process is told. */
interface Order {
  readonly kind: Kind;
  readonly url: string;
  readonly name: string;
  readonly concurrency: number;
  readonly latencyMs: number;
  readonly maxPerSecond?: number;
}

/** What each job of bare BullMQ holds. */
interface Message {
  readonly to: string;
  readonly text: string;
  readonly idempotencyKey: string;
}

const prefix = 'bench';
const file = fileURLToPath(import.meta.url);
const moment = () => performance.timeOrigin + performance.now();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function work({ kind, url, name, concurrency, latencyMs, maxPerSecond }: Order): Promise<void> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const provider = {
    specification: 'v1' as const,
    id: 'memory',
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    async send(message: { readonly kind: string; readonly text?: string }) {
      if (message.text?.startsWith('code') === true) process.send?.({ text: message.text, at: moment() });
      if (latencyMs > 0) await wait(latencyMs);
      return { outcome: 'accepted' as const };
    },
    close: async () => {},
  };
  const sms = createSmsClient({
    providers: [maxPerSecond === undefined ? provider : sharedPace(provider, { connection, prefix, maxPerSecond })],
    stores: { messages: redisStores({ client: connection, prefix: `${prefix}-${name}` }).messages },
    messages: { sweepEveryMs: false },
  });
  if (kind === 'ours') {
    await createWorker({ connection, prefix, name, sms, concurrency, sweepEveryMs: false }).ready();
  } else {
    const worker = new Worker<Message>(
      name,
      async (job) => {
        if (kind === 'bare') await sms.send(job.data);
      },
      { connection, prefix, concurrency, removeOnComplete: { count: 0 } },
    );
    await worker.waitUntilReady();
  }
  process.send?.('ready');
}

async function start(count: number, order: Order): Promise<readonly ChildProcess[]> {
  const children = Array.from({ length: count }, () => fork(file, ['worker', JSON.stringify(order)]));
  await Promise.all(children.map((child) => once(child, 'message')));
  return children;
}

async function stop(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
}

const phoneOf = (index: number) => `+86138${String(index).padStart(8, '0')}`;

/** Messages a second, from the tenth part on: then all processes work. */
async function throughput(
  url: string,
  connection: Redis,
  kind: Kind,
  workers: number,
  messages: number,
): Promise<number> {
  const name = randomUUID();
  const all = Array.from({ length: messages }, (_, index) => ({
    to: phoneOf(index),
    text: `hello ${index}`,
    idempotencyKey: `order-${index}`,
  }));
  const bullName = kind === 'ours' ? `${name}-messages` : name;
  if (kind === 'ours') {
    const queue = createQueue({ connection, prefix, name });
    for (let first = 0; first < messages; first += 5_000) await queue.enqueueMany(all.slice(first, first + 5_000));
    await queue.close();
  } else {
    const queue = new Queue<Message>(name, { connection, prefix });
    const jobs = all.map((data) => ({ name: 'sms', data, opts: { jobId: `k.${data.idempotencyKey}` } }));
    for (let first = 0; first < messages; first += 5_000) await queue.addBulk(jobs.slice(first, first + 5_000));
    await queue.close();
  }
  const keys = `${prefix}:${bullName}`;
  const left = async () => (await connection.llen(`${keys}:wait`)) + (await connection.llen(`${keys}:active`));
  const children = await start(workers, { kind, url, name, concurrency: 20, latencyMs: 0 });
  let counted: { readonly at: number; readonly left: number } | undefined;
  for (;;) {
    const now = { at: performance.now(), left: await left() };
    if (counted === undefined && now.left <= 0.9 * messages) counted = now;
    if (now.left === 0) {
      await stop(children);
      if (counted === undefined || counted.left === 0) throw new Error('All were sent at once: give more messages.');
      return (1000 * counted.left) / (now.at - counted.at);
    }
    await wait(10);
  }
}

/** How long codes wait from `enqueue()` until the provider is asked, in milliseconds, sorted. */
async function codeWaits(url: string, connection: Redis, codes: number, campaign: number): Promise<readonly number[]> {
  const name = randomUUID();
  const queue = createQueue({ connection, prefix, name });
  for (let first = 0; first < campaign; first += 5_000) {
    const part = Array.from({ length: Math.min(5_000, campaign - first) }, (_, index) => first + index);
    await queue.enqueueMany(part.map((index) => ({ to: phoneOf(index), text: 'offer', lane: 'campaigns' as const })));
  }
  const children = await start(2, { kind: 'ours', url, name, concurrency: 20, latencyMs: 20, maxPerSecond: 100 });
  const begun = new Map<string, number>();
  const waits: number[] = [];
  for (const child of children) {
    child.on('message', ({ text, at }: { readonly text: string; readonly at: number }) => {
      waits.push(at - (begun.get(text) ?? at));
    });
  }
  await wait(2_000);
  for (let index = 0; index < codes; index += 1) {
    const text = `code ${index}`;
    begun.set(text, moment());
    await queue.enqueue({ to: phoneOf(index), text, lane: 'codes' });
    await wait(50);
  }
  while (waits.length < codes) await wait(10);
  await stop(children);
  await queue.close();
  return waits.sort((a, b) => a - b);
}

async function main(): Promise<void> {
  const messages = Number(process.argv[2] ?? 4_000);
  const rounds = Number(process.argv[3] ?? 3);
  const codes = Number(process.argv[4] ?? 300);
  const server = await startRedis();
  const connection = new Redis(server.url, { maxRetriesPerRequest: null });
  const kinds = ['ours', 'bare', 'empty'] as const;
  for (const workers of [1, 2, 4]) {
    const rates: Record<Kind, number[]> = { ours: [], bare: [], empty: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        rates[kind].push(await throughput(server.url, connection, kind, workers, messages));
        await connection.flushall();
      }
    }
    const ours = medianOf(rates.ours).median;
    const bare = medianOf(rates.bare).median;
    const empty = medianOf(rates.empty).median;
    console.log(
      `${workers} workers: ${ours.toFixed(0)} messages/s; bare BullMQ with the same send ${bare.toFixed(0)} ` +
        `(${(ours / bare).toFixed(2)}); bare BullMQ that does nothing ${empty.toFixed(0)} (${(ours / empty).toFixed(2)})`,
    );
  }
  for (const campaign of [0, 100_000]) {
    const waits = await codeWaits(server.url, connection, codes, campaign);
    await connection.flushall();
    const at = (share: number) => (waits[Math.ceil(share * waits.length) - 1] ?? 0).toFixed(1);
    console.log(`a code's wait beside ${campaign} at 100/s: median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  }
  connection.disconnect();
  await server.stop();
}

await (process.argv[2] === 'worker' ? work(JSON.parse(process.argv[3] ?? '{}') as Order) : main());

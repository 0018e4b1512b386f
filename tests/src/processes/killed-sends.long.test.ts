import { isSmsError, type Receipt } from '@polysms/core';
import type { MessageRecord } from '@polysms/core/stores';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientIn } from './client.js';
import { messageTo, phoneOf } from './orders.js';
import { randomFrom } from './random.js';
import { startSurroundings } from './surroundings.js';
import { textProvider } from './text-vendor.js';
import { startWorker } from './workers.js';

const redis = await findRedis();
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const kills = isLong ? 100 : 4;
/** Messages under way at once in each process that dies. */
const atATime = 4;
/** Of a message: four commands, each with three points. Within them each message of the first rounds meets its end. */
const latestPoint = 4 * 3 * atATime * 2;
/** Phones that a process may have come to by then, and some more. */
const phonesOfEach = 16;

type World = Awaited<ReturnType<typeof startSurroundings>>;

/** Every record that Redis has, by phone. */
async function recordsIn({ surroundings }: World): Promise<ReadonlyMap<string, readonly MessageRecord[]>> {
  const client = new Redis(surroundings.redis);
  const byPhone = new Map<string, MessageRecord[]>();
  for (const key of await client.keys(`${surroundings.prefix}:message:*`)) {
    const { record } = JSON.parse((await client.get(key)) ?? '{}') as { readonly record: string };
    const message = JSON.parse(record) as MessageRecord;
    byPhone.set(message.to, [...(byPhone.get(message.to) ?? []), message]);
  }
  client.disconnect();
  return byPhone;
}

/** Has processes die while they send, two at a time. Gives the phones that they may have come to. */
async function killSenders({ surroundings }: World, latest: number, order: { readonly canBeAsked?: boolean } = {}) {
  const random = randomFrom(20261126);
  const orders = Array.from({ length: kills }, (_, index) => ({
    ...order,
    do: 'send' as const,
    firstPhone: (index + 1) * 10_000,
    atATime,
    // Spread over all points, also when few die.
    diesAt: 1 + Math.floor(((index + random()) / kills) * latest),
  }));
  const left = [...orders];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const worker = await startWorker(surroundings);
      worker.begin(next);
      expect(await worker.death).toBe('SIGKILL');
    }
  };
  await Promise.all([lane(), lane()]);
  return orders.flatMap(({ firstPhone }) => Array.from({ length: phonesOfEach }, (_, index) => firstPhone + 1 + index));
}

/** Undefined if the call says that nobody knows, and that it has not sent again. */
async function receiptOf(sending: Promise<Receipt>): Promise<Receipt | undefined> {
  try {
    return await sending;
  } catch (error) {
    expect(error).toMatchObject({ code: 'in_progress', outcome: 'unknown' });
    return isSmsError(error) ? undefined : expect.fail('It is no SmsError.');
  }
}

describe.skipIf(skipWithoutRedis(redis))('a process that is killed while it sends messages with keys', () => {
  afterEach(() => void vi.useRealTimers());

  it(`${kills} times: no message arrives twice, and what nobody knows stays unknown and keeps its key`, async () => {
    await using world = await startSurroundings(redis ?? '');
    const phones = await killSenders(world, latestPoint);

    const arrived = (to: string) => world.texts.texts.filter((text) => text.to === to).length;
    const [one, other] = [clientIn(world.surroundings), clientIn(world.surroundings)];
    const unknown: number[] = [];
    for (const phone of phones) {
      // Two processes find what the dead one has left, at once.
      const sending = [one, other].map(({ sms }) => receiptOf(sms.send(messageTo(phone))));
      const receipts = await Promise.all(sending);
      const to = phoneOf(phone);
      if (receipts.every((receipt) => receipt !== undefined)) expect(arrived(to), to).toBe(1);
      else unknown.push(phone);
      expect(arrived(to), to).toBeLessThanOrEqual(1);
    }

    // When the calls that died would have ended, everybody can see it, and still nobody sends.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 });
    const records = await recordsIn(world);
    let dead = 0;
    for (const phone of phones) {
      const to = phoneOf(phone);
      const before = arrived(to);
      const receipts = await Promise.all([one, other].map(({ sms }) => receiptOf(sms.send(messageTo(phone)))));
      const unsettled = (records.get(to) ?? []).filter(({ settled }) => settled === undefined);
      for (const { id } of unsettled) expect(await one.sms.messages.get(id)).toMatchObject({ state: 'unknown' });
      if (receipts.includes(undefined)) {
        dead += 1;
        expect(receipts).toEqual([undefined, undefined]);
        expect(unsettled, to).not.toEqual([]);
      }
      expect(arrived(to), to).toBe(before);
    }
    await Promise.all([one.close(), other.close()]);
    expect(dead).toBeGreaterThan(kills / 4);
    expect(unknown.length).toBeGreaterThanOrEqual(dead);
  });

  it(`${kills} times: a sweep finds out what the vendor has of each message, and the rest is sent once`, async () => {
    await using world = await startSurroundings(redis ?? '');
    // One command more: when the vendor is to be asked.
    const phones = await killSenders(world, (latestPoint * 5) / 4, { canBeAsked: true });
    const hadArrived = new Map(world.texts.texts.map(({ to }) => [to, true]));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 });
    const options = {
      providers: [textProvider(world.surroundings.texts, { canBeAsked: true })],
      messages: { sweepEveryMs: false },
    } as const;
    const clients = [clientIn(world.surroundings, options), clientIn(world.surroundings, options)];
    const sweeps = await Promise.all(clients.map(({ sms }) => sms.messages.sweep()));
    const asked = sweeps.reduce((sum, { lookups }) => sum + lookups, 0);
    const dead = [...(await recordsIn(world)).values()].flat().filter(({ settled }) => settled === undefined);
    expect(dead.length).toBeGreaterThan(kills / 4);
    // Each by one of the two.
    expect(asked).toBe(dead.length);
    for (const { id, to } of dead) {
      const state = hadArrived.has(to) ? 'accepted' : 'not-sent';
      expect(await clients[0]?.sms.messages.get(id), to).toMatchObject({ state });
    }
    const sending = phones.flatMap((phone) => clients.map(({ sms }) => receiptOf(sms.send(messageTo(phone)))));
    await Promise.all(sending);
    for (const phone of phones) {
      expect(world.texts.texts.filter(({ to }) => to === phoneOf(phone)).length, phoneOf(phone)).toBe(1);
    }
    for (const { close } of clients) await close();
  });
});

import { isSmsError, type Receipt } from '@polysms/core';
import type { MessageRecord } from '@polysms/core/stores';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientIn } from './client.js';
import { messageTo, phoneOf } from './orders.js';
import { randomFrom } from './random.js';
import { startSurroundings } from './surroundings.js';
import { startWorker } from './workers.js';

const redis = await findRedis();
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const kills = isLong ? 150 : 8;
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
    const random = randomFrom(20261126);
    const orders = Array.from({ length: kills }, (_, index) => ({
      do: 'send' as const,
      firstPhone: (index + 1) * 10_000,
      atATime,
      diesAt: 1 + Math.floor(random() * latestPoint),
    }));
    const left = [...orders];
    const lane = async () => {
      for (let order = left.shift(); order !== undefined; order = left.shift()) {
        const worker = await startWorker(world.surroundings);
        worker.begin(order);
        expect(await worker.death).toBe('SIGKILL');
      }
    };
    await Promise.all([lane(), lane()]);

    const arrived = (to: string) => world.texts.texts.filter((text) => text.to === to).length;
    const phones = orders.flatMap(({ firstPhone }) =>
      Array.from({ length: phonesOfEach }, (_, index) => firstPhone + 1 + index),
    );
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
});

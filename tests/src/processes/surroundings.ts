import { randomUUID } from 'node:crypto';
import { startMobSimulator } from '@polysms/provider-mob/simulator';
import { appKey } from './client.js';
import type { Surroundings } from './orders.js';
import { startTextVendor } from './text-vendor.js';

/** Vendors on the loopback, and a part of Redis of one's own. */
export async function startSurroundings(redis: string) {
  const none = Number.POSITIVE_INFINITY;
  const mob = await startMobSimulator({
    appKey,
    limits: { perMinute: none, perTwelveHours: none, perDayOnPlatform: none },
  });
  const texts = await startTextVendor();
  const surroundings: Surroundings = { redis, prefix: `test-${randomUUID()}`, mob: mob.url, texts: texts.url };
  /** Every code that reached a phone, in no order. */
  const delivered = () => [
    ...mob.messages.map(({ to, code = '' }) => ({ to, code })),
    ...texts.texts.map(({ to, text }) => ({ to, code: /\d{6}/.exec(text)?.[0] ?? '' })),
  ];
  return {
    surroundings,
    mob,
    texts,
    delivered,
    async [Symbol.asyncDispose]() {
      await mob.close();
      await texts[Symbol.asyncDispose]();
    },
  };
}

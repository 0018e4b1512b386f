import { createSmsClient, type SmsClient, type SmsClientOptions } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { type RedisClient, redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import type { Surroundings } from './orders.js';
import { textProvider } from './text-vendor.js';

export const appKey = 'test-app-key';

/** A client as each process of an app makes it. */
export function clientIn(
  { redis, prefix, mob: mobUrl, texts }: Surroundings,
  options: Partial<SmsClientOptions> = {},
  storedOver: (client: RedisClient) => RedisClient = (client) => client,
): { readonly sms: SmsClient; close(): Promise<void> } {
  const client = new Redis(redis, { enableOfflineQueue: true, maxRetriesPerRequest: 1 });
  // Trouble is told by the calls that it hits.
  client.on('error', () => {});
  const sms = createSmsClient({
    providers: [mob({ appKey, baseUrl: mobUrl }), textProvider(texts)],
    stores: redisStores({ client: storedOver(client), prefix }),
    verification: { pepper: 'the pepper that all processes of the test share' },
    guard: false,
    // On however slow a machine no call is to end by its deadline.
    deadlineMs: 60_000,
    // The answers of Mob are lost so often that its circuit would open: here it is to be asked each time.
    breaker: { minimumCalls: 100_000 },
    retryBudget: { burst: 1_000_000 },
    ...options,
  });
  const close = async () => {
    await sms.close();
    client.disconnect();
  };
  return { sms, close };
}

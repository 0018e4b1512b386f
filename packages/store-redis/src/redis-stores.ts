import {
  type LimitStore,
  type MessageStore,
  type OptOutStore,
  SmsError,
  type VerificationStore,
} from '@polysms/core/stores';
import { RedisLimitStore } from './limit-store.js';
import { RedisMessageStore } from './message-store.js';
import { RedisOptOutStore } from './opt-out-store.js';
import type { RedisClient } from './redis-client.js';
import { RedisScripts } from './redis-scripts.js';
import { RedisVerificationStore } from './verification-store.js';

/** Options of {@link redisStores}. */
export interface RedisStoresOptions {
  /** A `Redis` or `Cluster` of ioredis 5 or 6, made, watched and closed by the app. */
  readonly client: RedisClient;
  /** What every key begins with: 1 to 64 characters of `A-Z a-z 0-9 : _ -`. Default `polysms`. */
  readonly prefix?: string | undefined;
  /** For tests: the time in milliseconds, instead of the server's. */
  readonly now?: (() => number) | undefined;
}

/** Everything that Polysms remembers, shared by all processes that use the same Redis and prefix. */
export interface RedisStores {
  readonly verification: VerificationStore;
  readonly limits: LimitStore;
  readonly messages: MessageStore;
  readonly optOuts: OptOutStore;
}

/**
 * Keeps verifications, limits, messages with their idempotency keys, and opt-outs in Redis 7 or Valkey, standalone or
 * cluster.
 *
 * Each operation is one script; over a cluster, limits and opt-outs need one for each key. A message has a script for
 * each of the keys that name it. A method whose command fails rejects with SmsError `store_unavailable`.
 *
 * @throws SmsError `configuration_invalid` if an option cannot work
 */
export function redisStores(options: RedisStoresOptions): RedisStores {
  const { client, prefix, now } = checked(options);
  const scripts = new RedisScripts(client, now);
  return {
    verification: new RedisVerificationStore(scripts, prefix),
    limits: new RedisLimitStore(scripts, prefix),
    messages: new RedisMessageStore(scripts, prefix),
    optOuts: new RedisOptOutStore(scripts, prefix),
  };
}

const prefixes = /^[A-Za-z0-9:_-]{1,64}$/;

function checked(options: RedisStoresOptions) {
  if (typeof options !== 'object' || options === null) throw invalid('expects an object with a client.');
  const { client, prefix = 'polysms', now } = options;
  if (typeof client?.evalsha !== 'function' || typeof client.eval !== 'function') {
    throw invalid('client: must be a Redis or Cluster of ioredis; make one with `new Redis(url)`.');
  }
  if (typeof prefix !== 'string' || !prefixes.test(prefix)) {
    throw invalid('prefix: must be one to sixty-four letters, digits, colons, underscores or hyphens.');
  }
  if (now !== undefined && typeof now !== 'function') {
    throw invalid('now: must be a function that returns milliseconds; leave it out to use the clock of Redis.');
  }
  return { client, prefix, now };
}

function invalid(problem: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message: `redisStores(): ${problem}` });
}

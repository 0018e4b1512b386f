/** The stores of Polysms over Redis or Valkey. */

export type { RedisClient } from './redis-client.js';
export { type RedisStores, type RedisStoresOptions, redisStores } from './redis-stores.js';

/** Finds or starts a Redis for tests and benchmarks. */

export { findRedis, skipWithoutRedis } from './find-redis.js';
export { findRedisServer } from './redis-server.js';
export { startRedis, type TestRedis, type TestRedisOptions } from './start-redis.js';
export { startRedisCluster, type TestRedisCluster } from './start-redis-cluster.js';

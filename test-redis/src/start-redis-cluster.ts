import { Redis } from 'ioredis';
import { freePorts } from './redis-server.js';
import { startRedis, type TestRedis } from './start-redis.js';

/** Three masters without replicas, each with a third of the slots. */
export interface TestRedisCluster {
  readonly nodes: readonly TestRedis[];
  stop(): Promise<void>;
}

const slots = 16_384;
const size = 3;

/** @throws Error if there is no server on this machine, or the cluster does not come up */
export async function startRedisCluster(): Promise<TestRedisCluster> {
  const busPorts = await freePorts(size);
  const nodes: TestRedis[] = [];
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    for (const busPort of busPorts) {
      nodes.push(await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)] }));
    }
    const clients = nodes.map(({ url }) => new Redis(url));
    try {
      await join(clients, nodes, busPorts);
    } finally {
      for (const client of clients) client.disconnect();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

async function join(clients: readonly Redis[], nodes: readonly TestRedis[], busPorts: readonly number[]) {
  const third = Math.ceil(slots / size);
  for (const [index, client] of clients.entries()) {
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await client.call('CLUSTER', 'ADDSLOTSRANGE', third * index, Math.min(third * (index + 1), slots) - 1);
  }
  for (const [index, node] of nodes.entries()) {
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', node.port, busPorts[index] ?? 0);
  }
  await Promise.all(clients.map(untilWhole));
}

const patienceMs = 20_000;

/** A node is ready when it says that every slot is served and knows all others. */
async function untilWhole(client: Redis): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (performance.now() < endsAt) {
    const info = String(await client.call('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The cluster was not whole within ${patienceMs} ms.`);
}

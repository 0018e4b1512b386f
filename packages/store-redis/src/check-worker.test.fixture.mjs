// A process of its own for processes.test.ts: connects, says so, and checks when it is told to.
import { Redis } from 'ioredis';
import { redisStores } from '../dist/index.js';

const [url = '', name = '', count = '0', check = '{}'] = process.argv.slice(2);
const client = new Redis(url);
await client.ping();
process.once('message', async () => {
  const { verification } = redisStores({ client });
  const checks = Array.from({ length: Number(count) }, (_, index) =>
    verification.check({ ...JSON.parse(check), token: `${name}-${index}` }),
  );
  process.send?.(
    (await Promise.all(checks)).map(({ state }) => state),
    () => {
      client.disconnect();
      process.disconnect();
    },
  );
});
process.send?.('ready');

// A process of its own for processes.test.ts: says when it is ready, and works when it is told to.
import pg from 'pg';
import { postgresStores } from '../dist/index.js';

const [url = '', schema = '', name = '', count = '0', order = '{}'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
await pool.query('select 1');
const { verification, messages, limits } = postgresStores({ client: pool, schema });
const { check, record, limit } = JSON.parse(order);
const claim = { fingerprint: 'f', ttlMs: 600_000 };

/** One of each for an index; what came of it, in a word. */
async function work(index) {
  const id = `${name}-${index}`;
  const [checked, added, taken] = await Promise.all([
    verification.check({ ...check, token: id }),
    messages.add({ ...record, id, to: `+86${id}` }, 600_000, { ...claim, key: `key ${index}` }),
    limits.takeAll([
      { key: 'all', limit },
      { key: `one ${index % 7}`, limit },
    ]),
  ]);
  return { id, index, checked: checked.state, added: added.state, taken: taken.taken };
}

process.once('message', async () => {
  for (let index = 0; index < Number(count); index += 1) process.send?.(await work(index));
  process.send?.('done', async () => {
    await pool.end();
    process.disconnect();
  });
});
process.send?.('ready');

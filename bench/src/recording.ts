// What the record of a message costs: CPU time of a send in memory without a record, with one, and with an idempotency
// key, next to the same message over bare undici. In turns in one run. `node bench/dist/recording.js [sends] [rounds]`
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createSmsClient } from '@polysms/core';
import type { SmsProvider } from '@polysms/core/provider-kit';
import { inTurns } from './in-turns.js';
import { healthy } from './memory-provider.js';
import { variants } from './variants.js';

const sends = Number(process.argv[2] ?? 4_000);
const rounds = Number(process.argv[3] ?? 20);

/** A provider that can be asked later: then the client records its messages. */
function askable(id: string): SmsProvider {
  const lookup = {
    visibleAfterMs: 60_000,
    absenceProves: false,
    find: async () => ({ outcome: 'inconclusive' }) as const,
  };
  return { ...healthy(id), lookup };
}

const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [port] = await once(server, 'message');
const [bare] = variants(`http://127.0.0.1:${port}`);
if (bare === undefined) throw new Error('There is no bare variant.');
const plain = createSmsClient({ providers: [healthy('a'), healthy('b')] });
const recording = createSmsClient({ providers: [askable('a'), askable('b')] });
const to = (index: number) => `+86138${String(index % 1000).padStart(8, '0')}`;
let key = 0;

await inTurns({
  what: 'a send',
  count: sends,
  rounds,
  prepare: () => Array.from({ length: sends }, (_, index) => index),
  ways: {
    'bare undici': (index) => bare.send(index),
    'in memory': (index) => plain.send({ to: to(index), text: 'Hello.' }),
    'in memory, recorded': (index) => recording.send({ to: to(index), text: 'Hello.' }),
    'in memory, with a key': (index) => {
      key += 1;
      return plain.send({ to: to(index), text: 'Hello.', idempotencyKey: `order-${key}` });
    },
  },
});

await Promise.all([plain.close(), recording.close(), bare.close()]);
server.disconnect();

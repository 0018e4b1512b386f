// What the record of a message costs: CPU time of a send in memory without a record, with one, and with an idempotency
// key, next to the same message over bare undici, and to the least that a record and a key can be: one object in one
// map, and one hash with a second map. In turns in one run. `node bench/dist/recording.js [sends] [rounds]`
import { fork } from 'node:child_process';
import { hash } from 'node:crypto';
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

interface LeastRecord {
  readonly id: string;
  readonly to: string;
  readonly createdAt: number;
  state: string;
}

/** One that keeps the least that can be kept of a message, in its own send: what a record costs at least. */
function keeping(id: string, isKeyed: boolean): SmsProvider {
  const records = new Map<string, LeastRecord>();
  const keys = new Map<string, { readonly fingerprint: string; readonly record: LeastRecord }>();
  const provider = healthy(id);
  return {
    ...provider,
    async send(message, context) {
      const key = `order-${keys.size}`;
      const isKept = isKeyed && !keys.has(key);
      const text = message.kind === 'text' ? message.text : '';
      const fingerprint = isKept ? hash('sha256', `${message.to.e164} ${text}`, 'base64url') : '';
      const record = { id: message.id, to: message.to.e164, createdAt: Date.now(), state: 'sending' };
      records.set(message.id, record);
      if (isKept) keys.set(key, { fingerprint, record });
      const outcome = await provider.send(message, context);
      record.state = outcome.outcome;
      return outcome;
    },
  };
}

const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [port] = await once(server, 'message');
const [bare] = variants(`http://127.0.0.1:${port}`);
if (bare === undefined) throw new Error('There is no bare variant.');
const plain = createSmsClient({ providers: [healthy('a'), healthy('b')] });
const recording = createSmsClient({ providers: [askable('a'), askable('b')] });
const least = createSmsClient({ providers: [keeping('a', false), healthy('b')] });
const leastKeyed = createSmsClient({ providers: [keeping('a', true), healthy('b')] });
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
    'in memory, the least record': (index) => least.send({ to: to(index), text: 'Hello.' }),
    'in memory, recorded': (index) => recording.send({ to: to(index), text: 'Hello.' }),
    'in memory, the least key': (index) => leastKeyed.send({ to: to(index), text: 'Hello.' }),
    'in memory, with a key': (index) => {
      key += 1;
      return plain.send({ to: to(index), text: 'Hello.', idempotencyKey: `order-${key}` });
    },
  },
});

await Promise.all([plain, recording, least, leastKeyed, bare].map((each) => each.close()));
server.disconnect();

// A worker in a process of its own. It sends over HTTP to the vendors of the test, and kills itself at a point of its way.
import { createSmsClient } from '@polysms/core';
import { accepted, createHttpTransport, refused, unknown } from '@polysms/core/provider-kit';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import { createWorker, sharedPace } from '../dist/index.js';

const { redis, place, store, vendors, diesAt, maxPerSecond, ...options } = JSON.parse(process.argv[2] ?? '{}');
const { deadlineMs = 60_000, ...workerOptions } = options;
const connection = new Redis(redis, { maxRetriesPerRequest: null });
connection.on('error', () => {});

let points = 0;
function pass() {
  points += 1;
  if (points === diesAt) process.kill(process.pid, 'SIGKILL');
}
if (diesAt !== undefined) {
  const send = connection.sendCommand.bind(connection);
  connection.sendCommand = (command, ...more) => {
    pass();
    const answer = send(command, ...more);
    // Its bytes are written when the turn of the event loop is over.
    setImmediate(pass);
    Promise.resolve(answer).then(pass, pass);
    return answer;
  };
}

function provider(id, baseUrl) {
  const transport = createHttpTransport({ baseUrl });
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: {
      visibleAfterMs: 0,
      absenceProves: true,
      async find({ id: message }, context) {
        const outcome = await transport.request({ method: 'GET', path: `/${message}` }, context);
        if (outcome.outcome !== 'answered') return outcome;
        return { outcome: outcome.status === 200 ? 'found' : 'absent' };
      },
    },
    async send(message, context) {
      const body = JSON.stringify({ id: message.id, text: message.text });
      pass();
      const outcome = await transport.request({ method: 'POST', path: '/', body }, context);
      pass();
      if (outcome.outcome !== 'answered') return outcome;
      if (outcome.status === 429) return refused('rate_limited', 'Too many.', { retryAfterMs: 100 });
      return outcome.status === 201 ? accepted() : unknown('provider_unavailable', 'It said something else.');
    },
    close: () => transport.close(),
  };
}

const paced = (each) =>
  maxPerSecond === undefined ? each : sharedPace(each, { connection, prefix: place.prefix, maxPerSecond });
const sms = createSmsClient({
  providers: vendors.map((url, index) => paced(provider(`vendor-${index}`, url))),
  stores: { messages: redisStores({ client: connection, prefix: store }).messages },
  messages: { sweepEveryMs: false },
  deadlineMs,
  // The vendors fail so often that their circuits would open: here each is to be asked each time.
  breaker: { minimumCalls: 100_000 },
  retryBudget: { burst: 1_000_000 },
});
const worker = createWorker({ connection, ...place, sms, ...workerOptions });
process.once('disconnect', async () => {
  await worker.close();
  await sms.close();
  connection.disconnect();
});
await worker.ready();
process.send?.('ready');

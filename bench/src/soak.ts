// Whether anything stays behind: makes and closes clients, then sends through one, and looks at the heap, the timers,
// the sockets and the listeners. Ends with 1 if something is left or the heap grows.
// `node --expose-gc bench/dist/soak.js [cycles] [sends]`
import { createHook } from 'node:async_hooks';
import { fork } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSmsClient, type SmsClient } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { inFlight } from './in-flight.js';
import { dead, healthy } from './memory-provider.js';
import { type Slope, slopeOf } from './slope.js';

const cycles = Number(process.argv[2] ?? 10_000);
const sends = Number(process.argv[3] ?? 1_000_000);
const samples = 50;
/** What each phase begins with, unmeasured: until then the compiler and the caches of the engine grow. */
const warmUp = { cycles: 4_000, sends: 100_000 };
/**
 * A leak of one object for each cycle or send is at least this much; below it lies what the engine itself adds now
 * and then. Only what is certainly more, by the lower end of the 95 % confidence interval, is a leak.
 */
const leakBytes = { cycle: 64, send: 4 };
const realSendEvery = 10;

const { gc } = globalThis;
if (gc === undefined) throw new Error('Run it with node --expose-gc.');
const collect = gc;

const to = (index: number) => `+86138${String(index % 1000).padStart(8, '0')}`;
/** Lives as long as the process, as the signal of a server that shuts down does. */
const shutdown = new AbortController();

async function heapAfterCollection(): Promise<number> {
  // What was closed in this turn of the event loop is given back in the next ones.
  await sleep(5);
  await collect();
  await collect();
  return process.memoryUsage().heapUsed;
}

/** Timers and sockets that exist, also those that do not keep the process alive. */
const living = new Map<number, string>();
const counter = createHook({
  init(id, type) {
    if (type === 'Timeout' || type === 'TCPWRAP' || type === 'TLSWRAP') living.set(id, type);
  },
  destroy: (id) => void living.delete(id),
});

interface Holdings {
  readonly [what: string]: number;
}

async function holdings(): Promise<Holdings> {
  await sleep(100);
  // The end of that very timer is told in the next turn.
  await nextTurn();
  const counts: Record<string, number> = {
    'process listeners': process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    'abort listeners': getEventListeners(shutdown.signal, 'abort').length,
  };
  for (const type of process.getActiveResourcesInfo()) {
    counts[`active ${type}`] = (counts[`active ${type}`] ?? 0) + 1;
  }
  for (const type of living.values()) counts[`living ${type}`] = (counts[`living ${type}`] ?? 0) + 1;
  return counts;
}

async function cycle(index: number, baseUrl: string): Promise<void> {
  const client = createSmsClient({
    providers: [dead('dead'), mob({ appKey: 'bench', baseUrl }), healthy('memory')],
    routes: [{ providers: ['dead', 'mob'] }],
    templates: { shipped: { text: 'Shipped.', providers: { mob: { template: '2901' } } } },
    // One failure opens the circuit, so that every client has a timer to clear. All of the same length: Node keeps a
    // list for each length of timers until the length has passed, and thousands of lengths would pass for a leak.
    breaker: { minimumCalls: 1, random: () => 0.5 },
  });
  client.on('circuit', () => {});
  const request = { to: to(index), template: 'shipped', signal: shutdown.signal };
  if (index % realSendEvery === 0) await client.send(request);
  else await client.send({ ...request, via: ['dead'] }).then(shouldHaveFailed, () => {});
  // Limits and failures that last for a day, unless the client ends them.
  const { id } = await client.verifications.start({ to: request.to, via: ['memory'], ip: '192.0.2.1' });
  await client.verifications.check({ id, code: 'none' });
  if (client.health()['dead']?.circuit !== 'open') throw new Error('The circuit did not open.');
  await client.close();
}

function shouldHaveFailed(): never {
  throw new Error('A dead provider took a message.');
}

/** The growth of the heap over `count` steps, once it is warm. */
async function slopeOver(
  warm: number,
  count: number,
  run: (from: number, until: number) => Promise<unknown>,
): Promise<Slope> {
  await run(0, warm);
  const points: { readonly x: number; readonly y: number }[] = [];
  for (let sample = 0; sample <= samples; sample += 1) {
    const at = (part: number) => Math.round((count * part) / samples);
    if (sample > 0) await run(at(sample - 1), at(sample));
    points.push({ x: at(sample), y: await heapAfterCollection() });
  }
  return slopeOf(points);
}

async function sendAll(client: SmsClient, from: number, until: number): Promise<void> {
  await inFlight(until - from, 50, (index) =>
    client.send({ to: to(from + index), text: 'hello', signal: shutdown.signal }),
  );
}

const warnings: string[] = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));

const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [port] = await once(server, 'message');
const baseUrl = `http://127.0.0.1:${port}`;
const runCycles = async (from: number, until: number) => {
  for (let index = from; index < until; index += 1) await cycle(index, baseUrl);
};

// The first ones make what stays for good: caches, modules that are loaded late, the timer of undici.
await runCycles(0, 20);
const before = await holdings();
// Counting every timer costs memory by itself, so it is done with a few cycles of its own.
counter.enable();
await runCycles(0, Math.min(cycles, 200));
const counted = await holdings();
counter.disable();
living.clear();

const cycleSlope = await slopeOver(warmUp.cycles, cycles, runCycles);
const client = createSmsClient({ providers: [healthy('first'), healthy('second')] });
const sendSlope = await slopeOver(warmUp.sends, sends, (from, until) => sendAll(client, from, until));
await client.close();
const after = await holdings();

const left: Record<
  string,
  { readonly before: number; readonly 'after counted cycles': number; readonly after: number }
> = {};
for (const what of new Set([before, counted, after].flatMap((each) => Object.keys(each)))) {
  left[what] = {
    before: before[what] ?? 0,
    'after counted cycles': counted[what] ?? 0,
    after: after[what] ?? 0,
  };
}
console.table(left);
const rowOf = (count: number, { slope, low, high }: Slope, leak: number) => ({
  count,
  'bytes each': slope.toFixed(2),
  '95 % confidence': `${low.toFixed(2)} to ${high.toFixed(2)}`,
  'a leak above': leak,
});
console.table({
  'create and close': rowOf(cycles, cycleSlope, leakBytes.cycle),
  send: rowOf(sends, sendSlope, leakBytes.send),
});
for (const warning of warnings) console.log(warning);

const isLeft = Object.values(left).some((row) => row.after > row.before || row['after counted cycles'] > row.before);
const grows = !(cycleSlope.low < leakBytes.cycle) || !(sendSlope.low < leakBytes.send);
if (isLeft || grows || warnings.length > 0) process.exitCode = 1;
console.log(process.exitCode === 1 ? 'Something stays behind.' : 'Nothing stays behind.');
server.disconnect();

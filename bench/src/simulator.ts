// What the box can take: requests a second through Mob's dialect, beside a bare node:http server, in turns in one run.
// Each server is a process, and so has one core; its own CPU time says how many requests that core can take.
// `node bench/dist/simulator.js [requests] [rounds]`
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { inFlight } from './in-flight.js';
import { medianOf, show } from './statistics.js';

const requests = Number(process.argv[2] ?? 5_000);
const rounds = Number(process.argv[3] ?? 12);
const leastASecond = 2_000;

interface Served {
  readonly process: ChildProcess;
  readonly pool: Pool;
}

interface Usage {
  readonly cpuMicroseconds: number;
  readonly heapBytes: number;
}

async function start(kind: 'box' | 'bare'): Promise<Served> {
  const child = fork(fileURLToPath(new URL('./simulator-server.js', import.meta.url)), [kind]);
  const [url] = (await once(child, 'message')) as [string];
  return { process: child, pool: new Pool(url, { connections: 50, pipelining: 1 }) };
}

async function usageOf(served: Served): Promise<Usage> {
  served.process.send('usage');
  const [usage] = (await once(served.process, 'message')) as [Usage];
  return usage;
}

async function send({ pool }: Served, index: number): Promise<void> {
  const { body, statusCode } = await pool.request({
    method: 'POST',
    path: '/sms/sendmsg',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `appkey=bench&zone=86&phone=138${String(index % 100_000).padStart(8, '0')}`,
  });
  const answer = await body.text();
  if (statusCode !== 200 || answer !== '{"status":200}') throw new Error(`The server answered ${statusCode} ${answer}`);
}

/** Requests a second: as the clock saw it, and as the server's core could take them. */
async function measure(served: Served): Promise<{ readonly aSecond: number; readonly onOneCore: number }> {
  const before = await usageOf(served);
  const startedAt = performance.now();
  await inFlight(requests, 50, (index) => send(served, index));
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = (await usageOf(served)).cpuMicroseconds - before.cpuMicroseconds;
  return { aSecond: requests / seconds, onOneCore: (requests / cpu) * 1_000_000 };
}

const box = await start('box');
const bare = await start('bare');
for (const served of [box, bare, box, bare]) await measure(served);
const samples = { box: [await measure(box)], bare: [await measure(bare)] };
for (let round = 1; round < rounds; round += 1) {
  if (round % 2 === 0) samples.box.push(await measure(box));
  samples.bare.push(await measure(bare));
  if (round % 2 === 1) samples.box.push(await measure(box));
}
const { heapBytes } = await usageOf(box);
const aSecond = medianOf(samples.box.map((sample) => sample.aSecond));
console.log(`${rounds} rounds of ${requests} requests each, 50 in flight; requests a second, median [95 % confidence]`);
console.table({
  'through the dialect': {
    'as the clock saw it': show(aSecond, 0),
    'on one core': show(medianOf(samples.box.map((sample) => sample.onOneCore)), 0),
  },
  'bare node:http': {
    'as the clock saw it': show(medianOf(samples.bare.map((sample) => sample.aSecond)), 0),
    'on one core': show(medianOf(samples.bare.map((sample) => sample.onOneCore)), 0),
  },
  'at least': { 'as the clock saw it': String(leastASecond), 'on one core': String(leastASecond) },
});
console.log(`Heap of the box after ${(rounds + 2) * requests} messages: ${(heapBytes / 1024 / 1024).toFixed(0)} MiB`);
for (const { pool, process: child } of [box, bare]) {
  await pool.close();
  child.disconnect();
}

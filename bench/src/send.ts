// What a send costs: CPU time and throughput of each variant, side by side in one run, in turns (A B C C B A …), so
// that whatever else the machine does falls on all of them. `node bench/dist/send.js [requests] [rounds]`
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Median, medianOf, show } from './statistics.js';
import { type Variant, variants } from './variants.js';

const requests = Number(process.argv[2] ?? 4_000);
const rounds = Number(process.argv[3] ?? 20);

interface Sample {
  /** CPU time of this process for one send, in microseconds. */
  readonly cpu: number;
  /** Sends a second. */
  readonly rate: number;
}

async function measure(variant: Variant, inFlight: number): Promise<Sample> {
  let next = 0;
  const worker = async () => {
    while (next < requests) {
      const index = next;
      next += 1;
      await variant.send(index);
    }
  };
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: (user + system) / requests, rate: requests / seconds };
}

const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [port] = await once(server, 'message');
const all = variants(`http://127.0.0.1:${port}`);

for (const inFlight of [1, 50, 200]) {
  for (const variant of all) await measure(variant, inFlight);
  const samples = new Map<Variant, Sample[]>(all.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of round % 2 === 0 ? all : all.toReversed()) {
      samples.get(variant)?.push(await measure(variant, inFlight));
    }
  }
  const base = samples.get(all[0] as Variant) ?? [];
  console.log(`\n${inFlight} in flight, ${rounds} rounds of ${requests} sends each; median [95 % confidence]`);
  console.table(Object.fromEntries(all.map((variant) => [variant.name, rowOf(samples.get(variant) ?? [], base)])));
}

function rowOf(samples: readonly Sample[], base: readonly Sample[]) {
  const paired = (compare: (sample: Sample, bare: Sample) => number): Median =>
    medianOf(samples.map((sample, round) => compare(sample, base[round] as Sample)));
  return {
    'CPU µs a send': show(medianOf(samples.map(({ cpu }) => cpu)), 1),
    'added to bare': show(
      paired((sample, bare) => sample.cpu - bare.cpu),
      1,
    ),
    'sends a second': show(medianOf(samples.map(({ rate }) => rate)), 0),
    'of bare': show(
      paired((sample, bare) => sample.rate / bare.rate),
      3,
    ),
  };
}

await Promise.all(all.map((variant) => variant.close()));
server.disconnect();

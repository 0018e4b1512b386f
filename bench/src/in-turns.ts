import { inFlight } from './in-flight.js';
import { type Median, medianOf, show } from './statistics.js';

/** Ways to do the same, the first of which the others are compared with. */
export interface Turns<Input> {
  /** What is done, for the heading. */
  readonly what: string;
  /** How often it is done in a round. */
  readonly count: number;
  readonly rounds: number;
  /** Makes what the ways take; not measured. Called for each way and round. */
  prepare(round: number): readonly Input[];
  readonly ways: Readonly<Record<string, (input: Input) => Promise<unknown>>>;
}

interface Sample {
  /** CPU time of this process for one, in microseconds. */
  readonly cpu: number;
  /** How many a second. */
  readonly rate: number;
}

/** CPU time of this process and throughput of each way, in turns (A B B A …), 50 at a time, printed as a table. */
export async function inTurns<Input>({ what, count, rounds, prepare, ways }: Turns<Input>): Promise<void> {
  const all = Object.entries(ways);
  const samples = new Map<string, Sample[]>(all.map(([name]) => [name, []]));
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, way] of round % 2 === 0 ? all : all.toReversed()) {
      const sample = await measure(prepare(round + 1), way, count);
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  const [first = []] = samples.values();
  const rows = [...samples].map(([name, sample]) => {
    const row = {
      'CPU µs': show(medianOf(sample.map(({ cpu }) => cpu)), 2),
      'times the first': show(timesTheFirst(sample, first, 'cpu'), 2),
      'a second': show(medianOf(sample.map(({ rate }) => rate)), 0),
      'times that of the first': show(timesTheFirst(sample, first, 'rate'), 2),
    };
    return [name, row];
  });
  console.log(`\n${what}: ${rounds} rounds of ${count}; median [95 % confidence]`);
  console.table(Object.fromEntries(rows));
}

function timesTheFirst(sample: readonly Sample[], first: readonly Sample[], figure: keyof Sample): Median {
  return medianOf(sample.map((each, round) => each[figure] / (first[round]?.[figure] ?? Number.NaN)));
}

async function measure<Input>(
  inputs: readonly Input[],
  way: (input: Input) => Promise<unknown>,
  count: number,
): Promise<Sample> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await inFlight(count, 50, (index) => way(inputs[index % inputs.length] as Input));
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / count, rate: (count * 1_000) / (performance.now() - startedAt) };
}

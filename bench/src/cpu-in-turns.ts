import { medianOf, show } from './statistics.js';

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

/** CPU time of this process for each way, in turns (A B B A …), 50 at a time, printed as a table. */
export async function cpuInTurns<Input>({ what, count, rounds, prepare, ways }: Turns<Input>): Promise<void> {
  const all = Object.entries(ways);
  const samples = new Map<string, number[]>(all.map(([name]) => [name, []]));
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, way] of round % 2 === 0 ? all : all.toReversed()) {
      const cpu = await cpuOf(prepare(round + 1), way, count);
      if (round >= 0) samples.get(name)?.push(cpu);
    }
  }
  const [base = []] = samples.values();
  const rows = [...samples].map(([name, sample]) => {
    const ratio = medianOf(sample.map((cpu, round) => cpu / (base[round] ?? Number.NaN)));
    return [name, { 'CPU µs': show(medianOf(sample), 2), 'times the first': show(ratio, 2) }];
  });
  console.log(`\n${what}: ${rounds} rounds of ${count}; median [95 % confidence]`);
  console.table(Object.fromEntries(rows));
}

async function cpuOf<Input>(
  inputs: readonly Input[],
  way: (input: Input) => Promise<unknown>,
  count: number,
): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < count) await way(inputs[next++ % inputs.length] as Input);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: 50 }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

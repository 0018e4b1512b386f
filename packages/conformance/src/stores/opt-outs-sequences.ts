import type { OptOutStore } from '@polysms/core/stores';
import { randomIntegers } from '../random-integers.js';
import { dayMs, noon } from './opt-outs-asking.js';
import { sameAnswer } from './same-answer.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';

const testCount = 4;
const sequencesPerTest = 50;
const stepsPerSequence = 30;

/** Random sequences of words, questions and waits, whose answers are compared with those of a model. */
export const optOutsSequences: StoreSuite<OptOutStore> = ({ seed, test }) => {
  for (let index = 0; index < testCount; index += 1) {
    const first = seed + index * sequencesPerTest;
    const last = first + sequencesPerTest - 1;
    test(`answers like the model in the random sequences ${first} to ${last}`, async (bench) => {
      for (let sequence = first; sequence <= last; sequence += 1) await compare(bench, sequence);
    });
  }
};

/** Every word that was ever said of a key. */
type Words = readonly { readonly isOut: boolean; readonly at: number }[];

/** Whether the latest word is an opt-out; of several at that time, any. */
function isOut(words: Words): boolean {
  const latest = Math.max(...words.map(({ at }) => at));
  return words.some((word) => word.at === latest && word.isOut);
}

async function compare(bench: StoreBench<OptOutStore>, sequence: number): Promise<void> {
  const random = randomIntegers(sequence);
  const said = new Map<string, Words>();
  const keys = ['a', 'b', 'c'].map((key) => `${bench.prefix}${sequence}${key}`);
  const story: string[] = [];
  // What is taken back is known for 30 days at least: no sequence is as long.
  let waitedDays = 0;

  for (let step = 0; step < stepsPerSequence; step += 1) {
    const act = random(0, 9);
    if (act === 0 && waitedDays < 20) {
      const days = random(1, 5);
      story.push(`advance ${days} days`);
      waitedDays += days;
      await bench.advance(days * dayMs);
    } else if (act < 6) {
      const at = random(0, keys.length - 1);
      const key = keys[at] ?? '';
      const word = { isOut: random(0, 1) === 0, at: noon + random(0, 5) };
      story.push(`${word.isOut ? 'add' : 'remove'} ${at} at ${word.at - noon}`);
      await (word.isOut ? bench.store.add(key, word.at) : bench.store.remove(key, word.at));
      said.set(key, [...(said.get(key) ?? []), word]);
    } else {
      const asked = Array.from({ length: random(1, 4) }, () => random(0, keys.length - 1));
      story.push(`has ${asked.join(' ')}`);
      const wanted = asked.map((at) => keys[at] ?? '');
      const expected = wanted.map((key) => isOut(said.get(key) ?? []));
      const actual = await bench.store.has(wanted);
      if (sameAnswer(actual, expected, 0)) continue;
      const what = `The answer to step ${story.length} of the random sequence ${sequence} (seed: ${sequence} begins with it)`;
      bench.fail(what, actual, expected, `The steps up to there:\n  ${story.join('\n  ')}`);
    }
  }
}

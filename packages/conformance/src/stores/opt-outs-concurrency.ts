import type { OptOutStore } from '@polysms/core/stores';
import { randomIntegers } from '../random-integers.js';
import { noon } from './opt-outs-asking.js';
import type { StoreSuite } from './store-suite.js';

const rounds = 20;
const wordsAtOnce = 20;

/** Many calls at once: the latest word counts, whichever of them the store meets last. */
export const optOutsConcurrency: StoreSuite<OptOutStore> = ({ seed, test }) => {
  for (const last of ['an opt-out', 'an opt-in'] as const) {
    test(`keeps ${last} that is the latest of ${wordsAtOnce} words at once`, async (bench) => {
      const random = randomIntegers(seed);
      for (let round = 0; round < rounds; round += 1) {
        const key = `${bench.prefix}${round}`;
        const latest = random(0, wordsAtOnce - 1);
        const isOut = last === 'an opt-out';
        const words = Array.from({ length: wordsAtOnce }, (_, index) =>
          index === latest ? { isOut, at: noon + 1000 } : { isOut: random(0, 1) === 0, at: noon + random(0, 999) },
        );
        await Promise.all(
          words.map(async (word) => (word.isOut ? bench.store.add(key, word.at) : bench.store.remove(key, word.at))),
        );
        bench.demandAnswer(await bench.store.has([key]), [isOut], `has() after ${wordsAtOnce} words at once`);
      }
    });
  }
};

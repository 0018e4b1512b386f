import type { Limit, LimitStore, LimitUnit, TakenUnit, TakeResult } from '@polysms/core/stores';
import { randomIntegers } from '../random-integers.js';
import { minuteMs } from './limits-keys.js';
import { sameAnswer } from './same-answer.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';

const testCount = 4;
const sequencesPerTest = 50;
const stepsPerSequence = 40;

const limits: readonly Limit[] = [
  { max: 1, windowMs: minuteMs / 2 },
  { max: 2, windowMs: minuteMs },
  { max: 3, windowMs: 2 * minuteMs },
];

/** Random sequences of takings, refunds and waits, whose answers are compared with those of a model. */
export const limitsSequences: StoreSuite<LimitStore> = ({ seed, slackMs, test }) => {
  for (let index = 0; index < testCount; index += 1) {
    const first = seed + index * sequencesPerTest;
    const last = first + sequencesPerTest - 1;
    test(`answers like the model in the random sequences ${first} to ${last}`, async (bench) => {
      for (let sequence = first; sequence <= last; sequence += 1) await compare(bench, sequence, slackMs);
    });
  }
};

interface ModelWindow {
  readonly endsAt: number;
  /** The units that are taken now. A unit is an object, so that nothing can be mistaken for it. */
  readonly taken: Set<object>;
}

/** What was taken in one step: the units of the store, and those of the model. */
interface Taking {
  readonly units: readonly TakenUnit[];
  readonly inModel: readonly { readonly window: ModelWindow; readonly unit: object }[];
}

async function compare(bench: StoreBench<LimitStore>, sequence: number, slackMs: number): Promise<void> {
  const random = randomIntegers(sequence);
  const below = (end: number) => random(0, end - 1);
  const windows = new Map<LimitUnit, ModelWindow>();
  const all = ['a', 'b', 'c'].flatMap((key) =>
    limits.map((limit) => ({ key: `${bench.prefix}${sequence}${key}`, limit })),
  );
  const takings: Taking[] = [];
  const story: string[] = [];
  let now = 0;
  const live = (unit: LimitUnit) => {
    const window = windows.get(unit);
    return window !== undefined && window.endsAt > now && window.taken.size > 0 ? window : undefined;
  };

  for (let step = 0; step < stepsPerSequence; step += 1) {
    const act = below(10);
    if (act < 2) {
      const ms = (1 + below(4)) * (minuteMs / 4);
      story.push(`advance ${ms}`);
      now += ms;
      await bench.advance(ms);
    } else if (act < 5) {
      // Any of all that were ever taken, whole or in part: also of windows that are gone, and what was refunded before.
      const at = below(takings.length + 1);
      const count = 1 + below(3);
      const { units = [], inModel = [] } = takings[at] ?? {};
      story.push(`refund ${count} of taking ${at}`);
      await bench.store.refund(units.slice(0, count));
      for (const { window, unit } of inModel.slice(0, count)) window.taken.delete(unit);
    } else {
      const wanted = all.filter(() => below(3) === 0);
      if (wanted.length === 0) continue;
      const full = wanted.flatMap((unit, index) => {
        const window = live(unit);
        if (window === undefined || window.taken.size < unit.limit.max) return [];
        return [{ index, retryAfterMs: window.endsAt - now }];
      });
      const longestMs = Math.max(...full.map(({ retryAfterMs }) => retryAfterMs));
      const refusal = full.find(({ retryAfterMs }) => retryAfterMs === longestMs);
      const expected = refusal === undefined ? { taken: true } : { taken: false, ...refusal };
      story.push(`take ${wanted.map((unit) => all.indexOf(unit)).join(' ')}`);
      const actual = await bench.store.takeAll(wanted);
      if (!sameAnswer(shown(actual, slackMs), slackMs === 0 ? expected : { ...expected, index: undefined }, slackMs)) {
        const what = `The answer to step ${story.length} of the random sequence ${sequence} (seed: ${sequence} begins with it)`;
        bench.fail(what, shown(actual, slackMs), expected, `The steps up to there:\n  ${story.join('\n  ')}`);
      }
      if (!actual.taken) continue;
      const inModel = wanted.map((each) => {
        const window = live(each) ?? { endsAt: now + each.limit.windowMs, taken: new Set<object>() };
        windows.set(each, window);
        const unit = {};
        window.taken.add(unit);
        return { window, unit };
      });
      takings.push({ units: actual.units, inModel });
    }
  }
}

/** Of equal waits the first is named; a clock that goes on by itself makes them unequal. */
function shown(answer: TakeResult, slackMs: number): object {
  if (answer.taken) return { taken: true };
  return slackMs === 0 ? answer : { ...answer, index: undefined };
}

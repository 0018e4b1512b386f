import type { VerificationStore } from '@polysms/core/stores';
import { sameAnswer } from './same-answer.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';
import { VerificationModel } from './verification-model.js';
import { answerTo, randomSteps, type VerificationStep } from './verification-steps.js';

const testCount = 8;
const sequencesPerTest = 50;
const stepsPerSequence = 30;

/** Random sequences of operations, whose answers are compared with those of a model. */
export const verificationSequences: StoreSuite<VerificationStore> = ({ seed, slackMs, test }) => {
  for (let index = 0; index < testCount; index += 1) {
    const first = seed + index * sequencesPerTest;
    const last = first + sequencesPerTest - 1;
    test(`answers like the model in the random sequences ${first} to ${last}`, async (bench) => {
      for (let sequence = first; sequence <= last; sequence += 1) await compare(bench, sequence, slackMs);
    });
  }
};

async function compare(bench: StoreBench<VerificationStore>, sequence: number, slackMs: number): Promise<void> {
  const prefix = `${bench.prefix}${sequence}:`;
  const model = new VerificationModel();
  const lastly = ['subject', 'other'].map((name) => ({ call: 'read', subject: `${prefix}${name}` }) as const);
  const done: VerificationStep[] = [];
  for (const step of [...randomSteps(sequence, stepsPerSequence, prefix), ...lastly]) {
    done.push(step);
    if (step.call === 'advance') {
      model.now += step.ms;
      await bench.advance(step.ms);
      continue;
    }
    const expected = answerTo(model, step);
    const actual = await answerTo(bench.store, step);
    if (sameAnswer(actual, expected, slackMs)) continue;
    const story = done.map((each) => `\n  ${JSON.stringify(each)}`).join('');
    const what = `The answer to step ${done.length} of the random sequence ${sequence} (seed: ${sequence} begins with it)`;
    bench.fail(what, actual, expected, `The steps up to there:${story}`.replaceAll(prefix, ''));
  }
}

import { describe, expect, it } from 'vitest';
import { VerificationModel } from './verification-model.js';
import { answerTo, randomSteps } from './verification-steps.js';

/** What the model answers to the random sequences that every store is compared with. */
function answersOfModel(): readonly string[] {
  const answers: string[] = [];
  for (let seed = 1; seed <= 400; seed += 1) {
    const model = new VerificationModel();
    for (const step of randomSteps(seed, 30, '')) {
      if (step.call === 'advance') model.now += step.ms;
      else answers.push(...namesOf(step.call, answerTo(model, step)));
    }
  }
  return answers;
}

/** The kinds of an answer: `check ask, judged`. */
function namesOf(call: string, answer: unknown): readonly string[] {
  if (typeof answer !== 'object' || answer === null) return [`${call} ${answer}`];
  if ('challenges' in answer && Array.isArray(answer.challenges)) {
    return answer.challenges.map(({ state }: { readonly state: string }) => `${call} ${state}`);
  }
  const reason = 'reason' in answer ? `, ${answer.reason}` : '';
  const judged = 'judged' in answer && answer.judged === true ? ', judged' : '';
  const previous =
    'previous' in answer && Array.isArray(answer.previous) && answer.previous.length > 1 ? ', several' : '';
  return [`${call} ${'state' in answer ? answer.state : ''}${reason}${judged}${previous}`];
}

describe('the random sequences', () => {
  it('are the same for the same seed only', () => {
    expect(randomSteps(1, 30, 'p:')).toEqual(randomSteps(1, 30, 'p:'));
    expect(randomSteps(1, 30, 'p:')).not.toEqual(randomSteps(2, 30, 'p:'));
  });

  it('reach every kind of answer, none of them seldom', () => {
    const answers = answersOfModel();
    const counts = new Map<string, number>();
    for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
    const kinds = [
      ...['open opened', 'open opened, several', 'open locked, failures', 'open locked, challenges'],
      ...['check approved', 'check incorrect', 'check ask', 'check ask, judged'],
      ...['check expired', 'check exhausted', 'check not-found'],
      ...['conclude approved', 'conclude refunded', 'conclude not-found', 'cancel true', 'cancel false'],
      ...['pending', 'approved', 'canceled', 'expired', 'exhausted'].map((state) => `read ${state}`),
      ...['pending', 'approved', 'canceled', 'expired', 'exhausted'].map((state) => `end ${state}`),
    ];
    for (const kind of kinds)
      expect([kind, counts.get(kind) ?? 0]).toEqual([kind, expect.toSatisfy((n) => Number(n) >= 20)]);
  });
});

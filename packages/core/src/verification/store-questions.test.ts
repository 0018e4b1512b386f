import { describe, expect, it } from 'vitest';
import { isConclusion, isFlag, isOpening, isStep, isSubjectState } from './store-questions.js';

const whose = { to: '+8613800138000', purpose: 'login' };

const sound = {
  opening: [
    { state: 'opened', previous: [] },
    { state: 'opened', previous: ['mob'] },
    { state: 'locked', reason: 'failures', retryAfterMs: 0 },
  ],
  step: [
    { state: 'not-found' },
    { state: 'approved', ...whose },
    { state: 'expired', ...whose },
    { state: 'exhausted', ...whose },
    { state: 'incorrect', ...whose, checksLeft: 0 },
    { state: 'ask', ...whose, checksLeft: 4, judged: false, issuers: [] },
  ],
  state: [{ challenges: [], failures: 0, failuresEndInMs: 0 }],
};

const unsound = {
  opening: [
    { state: 'opened' },
    { state: 'opened', previous: 'mob' },
    { state: 'locked' },
    { state: 'locked', retryAfterMs: -1 },
    { state: 'locked', retryAfterMs: '60' },
    { state: 'locked', retryAfterMs: Number.NaN },
    { previous: [], retryAfterMs: 0 },
  ],
  step: [
    { ...whose, state: 'other' },
    { ...whose, checksLeft: 4, issuers: [] },
    { state: 'approved' },
    { state: 'approved', to: whose.to },
    { state: 'approved', purpose: whose.purpose },
    { state: 'expired', ...whose, to: 8613800138000 },
    { state: 'incorrect', ...whose },
    { state: 'incorrect', checksLeft: 4 },
    { state: 'incorrect', ...whose, checksLeft: -1 },
    { state: 'incorrect', ...whose, checksLeft: '4' },
    { state: 'ask', ...whose, checksLeft: 4 },
    { state: 'ask', ...whose, issuers: [] },
    { state: 'ask', checksLeft: 4, issuers: [] },
    { state: 'ask', ...whose, checksLeft: 4, issuers: { length: 1 } },
  ],
  state: [
    {},
    { challenges: {}, failures: 0, failuresEndInMs: 0 },
    { challenges: [], failures: 0 },
    { challenges: [], failuresEndInMs: 0 },
    { challenges: [], failures: '1', failuresEndInMs: 0 },
    { challenges: [], failures: 0, failuresEndInMs: -1 },
  ],
};

const nothing = [undefined, null, 'OK', 42, true, []];
type Check = (answer: never) => boolean;

describe.each<[keyof typeof sound, Check]>([
  ['opening', isOpening],
  ['step', isStep],
  ['state', isSubjectState],
])('the answer of a store: %s', (name, check) => {
  it.each<unknown>(sound[name])('is %j', (answer) => expect(check(answer as never)).toBe(true));
  it.each<unknown>([...unsound[name], ...nothing])('is not %j', (answer) => expect(check(answer as never)).toBe(false));
});

it('knows what concludes a check, and what is a flag', () => {
  const known = ['approved', 'not-found', 'refunded', 'yes', undefined, true].filter((each) =>
    isConclusion(each as never),
  );
  expect(known).toEqual(['approved', 'not-found']);
  expect([true, false, 1, 'true', undefined].filter((each) => isFlag(each as never))).toEqual([true, false]);
});

import { describe, expect, it } from 'vitest';
import { approvalMark, hasNewApproval, idLength, isOutdated, markLength } from './code-secrets.js';
import type { ChallengeState, SubjectState } from './verification-store.js';

function stateOf(...challenges: readonly (readonly [string, ChallengeState['state']])[]): SubjectState {
  const other = { to: '+8613800138000', purpose: 'login', checksLeft: 0, expiresInMs: 0 };
  return { challenges: challenges.map(([id, state]) => ({ id, state, ...other })), failures: 0, failuresEndInMs: 0 };
}

const nothing = stateOf();
const first = stateOf(['a', 'approved'], ['b', 'canceled']);
const second = stateOf(['a', 'approved'], ['b', 'canceled'], ['c', 'approved'], ['d', 'pending']);
const idAfter = (other: SubjectState) => 'x'.repeat(idLength) + approvalMark(other);

describe('an id that was made while a pepper is replaced', () => {
  it('has a mark of eight characters', () => {
    for (const state of [nothing, first]) expect(approvalMark(state)).toMatch(/^[\w-]{8}$/);
    expect(markLength).toBe(8);
  });

  it.each([
    ['nothing is approved', nothing, nothing, false],
    ['something was approved before it', first, first, false],
    ['what was approved before it has been forgotten', first, nothing, false],
    ['something has been approved since', nothing, first, true],
    ['something more has been approved since', first, second, true],
    ['others have ended since', nothing, stateOf(['b', 'canceled'], ['c', 'expired']), false],
  ])('is outdated or not: %s', (_, before, now, outdated) => {
    expect(isOutdated(idAfter(before), now)).toBe(outdated);
    expect(hasNewApproval(before, now)).toBe(outdated);
  });

  it('is not judged without a mark', () => {
    expect(isOutdated('x'.repeat(idLength), first)).toBe(false);
  });
});

import type { Deadline } from '../contract/deadline.js';
import { SmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import { normaliseCode } from '../phone/typed-text.js';
import { andThen } from '../stores/and-then.js';
import type { Awaitable } from '../stores/ask-store.js';
import {
  type Candidates,
  type CheckDeps,
  type Checked,
  checkChallenges,
  notFound,
  type Typed,
} from './check-challenges.js';
import { hasNewApproval, isOutdated } from './code-secrets.js';
import {
  afterAccepting,
  beforeChecking,
  isSubjectState,
  keepMs,
  readSubject,
  recordAccepted,
} from './store-questions.js';
import type { SubjectState } from './verification-store.js';

/** A code, and the verification that it is to end. */
export interface CheckInput {
  readonly code: string;
  readonly target: { readonly id: string; readonly purpose: string | undefined } | PhoneAndPurpose;
}

interface PhoneAndPurpose {
  readonly to: PhoneNumber;
  readonly purpose: string;
}

/** A subject as it was before the check, with the challenges to compare; none if it is only looked at beside the other. */
interface Side extends Candidates {
  readonly state: SubjectState;
}

/**
 * Checks a code. While a pepper is replaced, a phone and purpose have two subjects, and a store changes one at a time.
 * They are held together like this:
 *
 * - Failures are those of both. One guess is one failure, whichever subjects it is compared with.
 * - An approval under one subject ends the codes that the other one had before.
 * - A code that one subject has accepted is approved only after everything of the other has been ended. If both subjects
 *   accept a code at once, each finds the other's approval. Then the subject that sorts first wins, in every process:
 *   one code is approved.
 * - Failures that the other counts meanwhile count too: after too many of them a right code is not approved. Guesses that
 *   are under way at once under both subjects may exceed the limit, but stay below twice the limit.
 *
 * @throws SmsError when it could not be judged
 */
export function checkCode(deps: CheckDeps, input: CheckInput, deadline: Deadline): Awaitable<Checked> {
  const code = normaliseCode(input.code);
  if (code === undefined) {
    const message = 'verifications.check(): code must have 1 to 32 characters; ask the person to type it.';
    throw new SmsError({ code: 'invalid_request', outcome: 'not-sent', message });
  }
  const { target } = input;
  const sides =
    'id' in target ? sidesOfId(deps, target.id, code, deadline) : sidesOfPhone(deps, target, code, deadline);
  return andThen(sides, (each) => checkSides(deps, each, { code, purpose: target.purpose }, deadline));
}

/** A code without its signs and spaces, and what it must be for. */
type Meant = Pick<Typed, 'code' | 'purpose'>;

function checkSides(deps: CheckDeps, sides: readonly Side[], meant: Meant, deadline: Deadline): Awaitable<Checked> {
  const [first, second] = sides;
  if (first === undefined) return notFound;
  if (second !== undefined) return checkBoth(deps, sides, meant, deadline);
  if (first.guesses.length === 0) return notFound;
  const { maxFailures } = deps.options;
  return checkChallenges(
    deps,
    first,
    { code: meant.code, purpose: meant.purpose, maxFailures, countsFailure: true, askedIssuers: new Set() },
    deadline,
  );
}

/** While a pepper is replaced. */
async function checkBoth(deps: CheckDeps, sides: readonly Side[], meant: Meant, deadline: Deadline): Promise<Checked> {
  const askedIssuers = new Set<string>();
  let checked: Checked | undefined;
  let countsFailure = true;
  for (const side of sides) {
    if (side.guesses.length === 0) continue;
    const other = sides.find((each) => each !== side);
    const maxFailures = deps.options.maxFailures - (other?.state.failures ?? 0);
    const typed = { ...meant, maxFailures, countsFailure, askedIssuers };
    const next = maxFailures > 0 ? await checkChallenges(deps, side, typed, deadline) : exhausted(side, typed);
    if (next.result.outcome === 'approved') {
      return other === undefined ? next : endOther(deps, side, other, next, typed, deadline);
    }
    // It was open when it was read, so another check has just ended it, and ends the other side as well.
    if (next === notFound) return notFound;
    checked ??= next;
    if (next.result.outcome === 'incorrect') countsFailure = false;
  }
  return checked ?? notFound;
}

/** The subject of an id. Without a rotation nothing need be read. */
function sidesOfId(deps: CheckDeps, id: string, code: string, deadline: Deadline): Awaitable<readonly Side[]> {
  const { secrets } = deps;
  const subject = secrets.subjectOf(id);
  if (subject === undefined) return [];
  const guesses = [{ id, digests: secrets.digests(id, code) }];
  return secrets.areRotating
    ? bothSidesOfId(deps, id, { subject, guesses }, deadline)
    : [{ subject, guesses, state: nothing }];
}

/** The subject of an id, and the other one of its phone and purpose. */
async function bothSidesOfId(
  deps: CheckDeps,
  id: string,
  candidates: Candidates,
  deadline: Deadline,
): Promise<readonly Side[]> {
  const { subject } = candidates;
  const state = await readSubject(deps, subject, beforeChecking, deadline);
  const challenge = state.challenges.find((each) => each.id === id);
  if (challenge === undefined) return [];
  const side = { ...candidates, state };
  const other = deps.secrets.otherSubject(subject, parsePhoneNumber(challenge.to), challenge.purpose);
  if (other === undefined) return [side];
  const otherSide = { subject: other, guesses: [], state: await readSubject(deps, other, beforeChecking, deadline) };
  return isOutdated(id, otherSide.state) ? [] : [side, otherSide];
}

/** The subjects of a phone and purpose, those under the current pepper first; those with nothing live come last. */
async function sidesOfPhone(
  deps: CheckDeps,
  target: PhoneAndPurpose,
  code: string,
  deadline: Deadline,
): Promise<readonly Side[]> {
  const { secrets } = deps;
  const { current, previous } = secrets.subjects(target.to, target.purpose);
  const read = (subject: string) => readSubject(deps, subject, beforeChecking, deadline);
  const sideOf = (subject: string, state: SubjectState, other: SubjectState): Side => {
    const open = openOf(state)
      .filter(({ id }) => !isOutdated(id, other))
      // Some phones have two spellings. Challenges for the spelling of this call come first, so that a provider gets it.
      .sort((a, b) => Number(b.to === target.to.e164) - Number(a.to === target.to.e164));
    return { subject, state, guesses: open.map(({ id }) => ({ id, digests: secrets.digests(id, code) })) };
  };
  if (previous === undefined) return [sideOf(current, await read(current), nothing)];
  const [newer, older] = await Promise.all([read(current), read(previous)]);
  const sides = [sideOf(current, newer, older), sideOf(previous, older, newer)];
  return sides.toSorted((one, other) => Number(hasLive(other)) - Number(hasLive(one)));
}

/** The result when the failures under the other subject alone reach the limit. */
function exhausted({ state, guesses }: Side, { purpose }: Typed): Checked {
  const first = openOf(state).find(
    (each) => guesses.some(({ id }) => id === each.id) && each.purpose === (purpose ?? each.purpose),
  );
  if (first === undefined) return notFound;
  return { result: { outcome: 'exhausted' }, challenged: { to: first.to, purpose: first.purpose } };
}

/** Ends what the phone and purpose have under the other pepper, and says whether the code is approved all the same. */
async function endOther(
  { store, options }: CheckDeps,
  { subject, state }: Side,
  other: Side,
  approved: Checked,
  { countsFailure }: Typed,
  deadline: Deadline,
): Promise<Checked> {
  const { maxFailures } = options;
  const end = () => store.end(other.subject, keepMs);
  const before = await recordAccepted(afterAccepting, deadline, end, isSubjectState);
  if (hasNewApproval(other.state, before) && other.subject < subject) return notFound;
  // If this guess was wrong under the other subject, it was counted there: it must not count against itself.
  const failures = state.failures + before.failures - (countsFailure ? 0 : 1);
  return failures < maxFailures ? approved : { result: { outcome: 'exhausted' }, challenged: approved.challenged };
}

const nothing: SubjectState = { challenges: [], failures: 0, failuresEndInMs: 0 };

function openOf({ challenges }: SubjectState) {
  return challenges.filter(({ state }) => state !== 'approved' && state !== 'canceled');
}

function hasLive({ state }: Side): boolean {
  return state.challenges.some((each) => each.state === 'pending');
}

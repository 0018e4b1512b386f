import type { Deadline } from '../contract/deadline.js';
import type { CheckOutcome, NotSent, Refused, Unknown } from '../contract/outcomes.js';
import type { SeldomWarning } from '../errors/seldom-warning.js';
import { SmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { notSent } from '../provider-kit/outcomes.js';
import { andThen } from '../stores/and-then.js';
import { type Awaitable, askStoreAtOnce, recordResult } from '../stores/ask-store.js';
import { type CodeSecrets, randomName } from './code-secrets.js';
import { afterApproval, isConclusion, isStep, keepMs, mayCount, recordAccepted } from './store-questions.js';
import type { ParsedVerificationOptions } from './verification-options.js';
import type { VerificationCheckResult } from './verification-requests.js';
import type { VerificationSender } from './verification-sender.js';
import type { Challenged, CheckStep, Guess, Issuer, VerificationStore } from './verification-store.js';
import { withoutCode } from './without-code.js';

/** What verification works with. */
export interface VerificationDeps {
  readonly options: ParsedVerificationOptions;
  readonly sender: Pick<VerificationSender, 'plan' | 'check'>;
  readonly store: VerificationStore;
  readonly secrets: CodeSecrets;
}

/** The same with what a service makes for itself. */
export interface CheckDeps extends VerificationDeps {
  /** Told of a result that the store could not record. */
  readonly unrecorded: SeldomWarning;
}

/** The result of a check, and the verification that it was for; undefined if there is none. */
export interface Checked {
  readonly result: VerificationCheckResult;
  readonly challenged: Challenged | undefined;
}

export const notFound: Checked = { result: { outcome: 'not-found' }, challenged: undefined };

/** Challenges of one subject that a code may belong to. */
export interface Candidates {
  readonly subject: string;
  readonly guesses: readonly Guess[];
}

/** A code that somebody typed in, and how it is judged. */
export interface Typed {
  readonly code: string;
  readonly purpose: string | undefined;
  readonly maxFailures: number;
  readonly countsFailure: boolean;
  /** The issuers that have been asked about this code; `checkChallenges` adds to them. */
  readonly askedIssuers: Set<string>;
}

/**
 * Checks a code against the challenges of one subject. The store compares our own codes; providers are asked about theirs.
 *
 * @throws SmsError when it could not be judged
 */
export function checkChallenges(
  deps: CheckDeps,
  candidates: Candidates,
  typed: Typed,
  deadline: Deadline,
): Awaitable<Checked> {
  const { store, options } = deps;
  const { subject, guesses } = candidates;
  const { purpose, maxFailures, countsFailure } = typed;
  const { failureWindowMs } = options;
  const token = randomName();
  const compared = askStoreAtOnce(
    mayCount,
    deadline,
    () => store.check({ subject, guesses, purpose, token, maxFailures, failureWindowMs, keepMs, countsFailure }),
    { isAnswer: isStep },
  );
  return andThen(compared, (step) => {
    if (step.state === 'not-found') return notFound;
    if (step.state === 'ask') return judgedByIssuers(deps, candidates, typed, step, token, deadline);
    return { result: resultOf(step), challenged: { to: step.to, purpose: step.purpose } };
  });
}

/** The providers that could have made the code are asked, and the store told what they said. */
async function judgedByIssuers(
  { store, sender, unrecorded }: CheckDeps,
  { subject, guesses }: Candidates,
  { code, countsFailure, askedIssuers }: Typed,
  step: PendingCheck,
  token: string,
  deadline: Deadline,
): Promise<Checked> {
  const challenged = { to: step.to, purpose: step.purpose };
  const issuers = step.issuers.filter((issuer) => !askedIssuers.has(nameOf(issuer)));
  if (issuers.length === 0) return { result: { outcome: 'incorrect', checksLeft: step.checksLeft }, challenged };
  for (const issuer of issuers) askedIssuers.add(nameOf(issuer));
  const verdict = await askIssuers(sender, { ...step, issuers }, code, deadline);
  if ('result' in verdict) return { ...verdict, challenged };
  const ids = guesses.map(({ id }) => id);
  const conclude = (outcome: 'approved' | 'refund') =>
    store.conclude({ subject, token, ids, verdict: outcome, keepMs, countsFailure });
  if ('error' in verdict) {
    // If the store compared a code of ours, the guess counts, even if no provider could be asked.
    if (verdict.isCertain && !step.judged) await recordResult(unrecorded, deadline, () => conclude('refund'));
    throw verdict.error;
  }
  const concluded = await recordAccepted(afterApproval, deadline, () => conclude('approved'), isConclusion);
  return concluded === 'approved' ? { result: { outcome: 'approved', ...challenged }, challenged } : notFound;
}

function nameOf({ provider, reference }: Issuer): string {
  return JSON.stringify([provider, reference]);
}

function resultOf(step: Exclude<CheckStep, { readonly state: 'ask' | 'not-found' }>): VerificationCheckResult {
  if (step.state === 'approved') return { outcome: 'approved', to: step.to, purpose: step.purpose };
  if (step.state === 'incorrect') return { outcome: 'incorrect', checksLeft: step.checksLeft };
  return { outcome: step.state };
}

/** A check that only providers can judge. */
type PendingCheck = Extract<CheckStep, { readonly state: 'ask' }>;

/** What the providers said of a code. */
type IssuersVerdict =
  | { readonly isApproved: true }
  | { readonly result: VerificationCheckResult }
  /** A provider could not be asked, and it may have made the code. `isCertain`: certainly no provider judged it. */
  | { readonly error: SmsError; readonly isCertain: boolean };

type Failed = (Refused | NotSent | Unknown) & { readonly provider: string };

type Denied = Exclude<CheckOutcome, Refused | NotSent | Unknown | { readonly outcome: 'approved' }>;

/** Asks the providers that could have made a code, one after the other, each once, until one approves it. */
async function askIssuers(
  sender: Pick<VerificationSender, 'check'>,
  check: PendingCheck,
  code: string,
  deadline: Deadline,
): Promise<IssuersVerdict> {
  const to = parsePhoneNumber(check.to);
  const denials: Denied[] = [];
  const failures: Failed[] = [];
  for (const { provider, reference } of check.issuers) {
    const { ended } = deadline;
    const answer =
      ended === undefined
        ? await sender.check(provider, { to, code, reference }, { deadline })
        : notSent(ended, 'The call had ended before the provider was asked.');
    // The client no longer has this provider: nobody can check its code.
    if (answer === undefined) continue;
    const outcome = withoutCode(answer, code);
    if (outcome.outcome === 'approved') return { isApproved: true };
    if ('code' in outcome) failures.push({ ...outcome, provider });
    else denials.push(outcome);
  }
  const failed = failures.find(({ outcome }) => outcome === 'unknown') ?? failures[0];
  if (failed === undefined) return { result: summary(denials, check) };
  return { error: notJudged(failed), isCertain: denials.length === 0 && failed.outcome !== 'unknown' };
}

function notJudged(failure: Failed): SmsError {
  const { code, outcome, message, providerCode, cause, provider } = failure;
  const advice = outcome === 'unknown' ? 'The check may count.' : 'It may be checked again.';
  return new SmsError({
    code,
    outcome,
    message: `The code could not be checked. ${message} ${advice}`,
    provider,
    providerCode,
    retryAfterMs: outcome === 'refused' ? failure.retryAfterMs : undefined,
    cause,
  });
}

/** What several providers said, in one result: `incorrect` if any says so, or if the store compared a code of ours. */
function summary(denials: readonly Denied[], { checksLeft, judged }: PendingCheck): VerificationCheckResult {
  if (judged) return { outcome: 'incorrect', checksLeft };
  // The store counts our own codes. Without one the providers' count is the one that matters.
  const counted = denials.flatMap((each) => (each.outcome === 'incorrect' ? [each.checksLeft ?? checksLeft] : []));
  if (counted.length > 0) return { outcome: 'incorrect', checksLeft: Math.min(checksLeft, Math.max(...counted)) };
  return { outcome: denials.some(({ outcome }) => outcome === 'exhausted') ? 'exhausted' : 'expired' };
}

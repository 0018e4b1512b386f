import { randomUUID } from 'node:crypto';
import type { Deadline } from '../contract/deadline.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { askStore, recordResult, withGrace } from '../stores/ask-store.js';
import { askIssuers } from './ask-issuers.js';
import { isConclusion, isStep } from './store-answers.js';
import { afterApproval, mayCount } from './store-questions.js';
import { type CheckDeps, keepMs } from './verification-deps.js';
import type { VerificationCheckResult } from './verification-requests.js';
import type { Challenged, CheckStep, Guess, Issuer } from './verification-store.js';

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
export async function checkChallenges(
  { store, options, sender, unrecorded }: CheckDeps,
  { subject, guesses }: Candidates,
  { code, purpose, maxFailures, countsFailure, askedIssuers }: Typed,
  deadline: Deadline,
): Promise<Checked> {
  const { failureWindowMs } = options;
  const token = randomUUID();
  const step = await askStore(
    mayCount,
    deadline,
    () => store.check({ subject, guesses, purpose, token, maxFailures, failureWindowMs, keepMs, countsFailure }),
    { isAnswer: isStep },
  );
  if (step.state === 'not-found') return notFound;
  const challenged = { to: step.to, purpose: step.purpose };
  if (step.state !== 'ask') return { result: resultOf(step), challenged };

  const issuers = step.issuers.filter((issuer) => !askedIssuers.has(nameOf(issuer)));
  if (issuers.length === 0) return { result: { outcome: 'incorrect', checksLeft: step.checksLeft }, challenged };
  for (const issuer of issuers) askedIssuers.add(nameOf(issuer));
  const verdict = await askIssuers(sender, { ...step, issuers }, code, deadline);
  const ids = guesses.map(({ id }) => id);
  const conclude = (outcome: 'approved' | 'refund') =>
    store.conclude({ subject, token, ids, verdict: outcome, keepMs, countsFailure });
  switch (verdict.state) {
    case 'approved': {
      // The provider will not accept the code again, so the store gets a moment after the end of the call to record it.
      const concluded = await askStore(afterApproval, withGrace(deadline), () => conclude('approved'), {
        isAnswer: isConclusion,
      }).catch((error: unknown) => {
        throw usedUp(error, afterApproval.consequence);
      });
      return concluded === 'approved' ? { result: { outcome: 'approved', ...challenged }, challenged } : notFound;
    }
    case 'judged':
      return { result: verdict.result, challenged };
    case 'not-judged':
      // If the store compared a code of ours, the guess counts, even if no provider could be asked.
      if (verdict.isCertain && !step.judged) await recordResult(unrecorded, deadline, () => conclude('refund'));
      throw verdict.error;
  }
}

/** The error after a code was accepted and the store failed: always `unknown`, since the code is used up. */
export function usedUp(error: unknown, consequence: string): unknown {
  if (!isSmsError(error) || error.outcome === 'unknown') return error;
  const { code, message, retryAfterMs, cause } = error;
  return new SmsError({ code, outcome: 'unknown', message: `${message} ${consequence}`, retryAfterMs, cause });
}

function nameOf({ provider, reference }: Issuer): string {
  return JSON.stringify([provider, reference]);
}

function resultOf(step: Exclude<CheckStep, { readonly state: 'ask' | 'not-found' }>): VerificationCheckResult {
  switch (step.state) {
    case 'approved':
      return { outcome: 'approved', to: step.to, purpose: step.purpose };
    case 'incorrect':
      return { outcome: 'incorrect', checksLeft: step.checksLeft };
    case 'expired':
    case 'exhausted':
      return { outcome: step.state };
  }
}

import { randomUUID } from 'node:crypto';
import type { Deadline } from '../contract/deadline.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import { askStore } from '../stores/ask-store.js';
import { recordResult } from '../stores/record-result.js';
import { withGrace } from '../stores/with-grace.js';
import { askIssuers } from './ask-issuers.js';
import { subjectOf } from './code-secrets.js';
import { normaliseCode } from './local-code.js';
import { isConclusion, isStep, isSubjectState } from './store-answers.js';
import { afterApproval, beforeChecking, mayCount } from './store-questions.js';
import { keepMs, type VerificationParts } from './verification-parts.js';
import type { VerificationCheckResult } from './verification-results.js';
import type { Challenged, CheckStep, Guess } from './verification-store.js';

/** A code, and the verification that it is to end. */
export interface CheckOrder {
  readonly code: string;
  readonly target:
    | { readonly id: string; readonly purpose: string | undefined }
    | { readonly to: PhoneNumber; readonly purpose: string };
}

/** What a check came to, and whose it was; undefined if there is no such verification. */
export interface Checked {
  readonly result: VerificationCheckResult;
  readonly challenged: Challenged | undefined;
}

const notFound: Checked = { result: { outcome: 'not-found' }, challenged: undefined };

/**
 * Checks a code: ours in the store, one that a provider made with that provider, and never with another.
 *
 * @throws SmsError when it could not be judged
 */
export async function checkCode(parts: VerificationParts, order: CheckOrder, deadline: Deadline): Promise<Checked> {
  const code = normaliseCode(order.code);
  if (code === undefined) {
    const message = 'verifications.check(): code must have 1 to 32 characters; ask the person to type it.';
    throw new SmsError({ code: 'invalid_request', outcome: 'not-sent', message });
  }
  const { target } = order;
  const typed = { code, purpose: target.purpose };
  if ('id' in target) {
    const subject = subjectOf(target.id);
    if (subject === undefined) return notFound;
    const guesses = [{ id: target.id, digests: parts.secrets.digests(target.id, code) }];
    return checkCandidates(parts, { subject, guesses }, typed, deadline);
  }
  let checked = notFound;
  for (const candidates of await candidatesFor(parts, target, code, deadline)) {
    const next = await checkCandidates(parts, candidates, typed, deadline);
    if (next.result.outcome === 'approved') return next;
    if (checked === notFound) checked = next;
  }
  return checked;
}

async function checkCandidates(
  parts: VerificationParts,
  { subject, guesses }: Candidates,
  { code, purpose }: { readonly code: string; readonly purpose: string | undefined },
  deadline: Deadline,
): Promise<Checked> {
  const { store, options } = parts;
  const { maxFailures, failureWindowMs } = options;
  const token = randomUUID();
  const step = await askStore(
    mayCount,
    deadline,
    () => store.check({ subject, guesses, purpose, token, maxFailures, failureWindowMs, keepMs }),
    { isAnswer: isStep },
  );
  if (step.state === 'not-found') return notFound;
  const challenged = { to: step.to, purpose: step.purpose };
  if (step.state !== 'ask') return { result: resultOf(step), challenged };

  const verdict = await askIssuers(parts.sender, step, code, deadline);
  const conclude = (outcome: 'approved' | 'refund') =>
    store.conclude({ subject, token, ids: guesses.map(({ id }) => id), verdict: outcome, keepMs });
  switch (verdict.state) {
    case 'approved': {
      // The provider will not accept it again: its answer is worth a moment after the end of the call.
      const concluded = await askStore(afterApproval, withGrace(deadline), () => conclude('approved'), {
        isAnswer: isConclusion,
      }).catch((error: unknown) => {
        throw isSmsError(error) ? usedUp(error) : error;
      });
      return concluded === 'approved' ? { result: { outcome: 'approved', ...challenged }, challenged } : notFound;
    }
    case 'judged':
      return { result: verdict.result, challenged };
    case 'not-judged':
      // Ours was compared: the guess counts, whatever has become of the provider's.
      if (verdict.isCertain && !step.judged) {
        await recordResult('verification store', deadline, () => conclude('refund'));
      }
      throw verdict.error;
  }
}

/** Whatever a store says of its own command, `not-sent` included: the provider has judged the code. */
function usedUp(error: SmsError): SmsError {
  const { code, outcome, message, retryAfterMs, cause } = error;
  if (outcome === 'unknown') return error;
  const whole = `${message} ${afterApproval.consequence}`;
  return new SmsError({ code, outcome: 'unknown', message: whole, retryAfterMs, cause });
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

interface Candidates {
  readonly subject: string;
  readonly guesses: readonly Guess[];
}

/** The challenges of a phone and purpose, those under one pepper together. If none could be approved, they come last. */
async function candidatesFor(
  { secrets, store }: VerificationParts,
  target: { readonly to: PhoneNumber; readonly purpose: string },
  code: string,
  deadline: Deadline,
): Promise<readonly Candidates[]> {
  const guess = (id: string): Guess => ({ id, digests: secrets.digests(id, code) });
  const { current, previous } = secrets.subjects(target.to, target.purpose);
  const live: Candidates[] = [];
  const ended: Candidates[] = [];
  for (const subject of [current, previous]) {
    if (subject === undefined) continue;
    const { challenges } = await askStore(beforeChecking, deadline, () => store.read(subject), {
      isAnswer: isSubjectState,
    });
    const open = challenges.filter(({ state }) => state !== 'approved' && state !== 'canceled');
    const candidates = { subject, guesses: open.map(({ id }) => guess(id)) };
    if (open.some(({ state }) => state === 'pending')) live.push(candidates);
    else if (open.length > 0) ended.push(candidates);
  }
  return [...live, ...ended];
}

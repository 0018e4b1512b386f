import type { Deadline } from '../contract/deadline.js';
import type { CheckOutcome, NotSent, Refused, Unknown } from '../contract/outcomes.js';
import { SmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { notSent } from '../provider-kit/outcomes.js';
import type { VerificationCheckResult } from './verification-requests.js';
import type { VerificationSender } from './verification-sender.js';
import type { CheckStep, Issuer } from './verification-store.js';
import { withoutCode } from './without-code.js';

/** A check that only providers can judge. */
export type PendingCheck = Extract<CheckStep, { readonly state: 'ask' }>;

/** What the providers said of a code. */
export type IssuersVerdict =
  | { readonly state: 'approved' }
  | { readonly state: 'judged'; readonly result: VerificationCheckResult }
  /** A provider could not be asked, and it may have made the code. */
  | {
      readonly state: 'not-judged';
      readonly error: SmsError;
      /** Whether certainly no provider judged it. */
      readonly isCertain: boolean;
    };

/** Asks the providers that could have made a code, one after the other, each once, until one approves it. */
export async function askIssuers(
  sender: Pick<VerificationSender, 'check'>,
  check: PendingCheck,
  code: string,
  deadline: Deadline,
): Promise<IssuersVerdict> {
  const to = parsePhoneNumber(check.to);
  const verdicts: Extract<CheckOutcome, { readonly outcome: 'incorrect' | 'expired' | 'exhausted' }>[] = [];
  const failures: { readonly issuer: Issuer; readonly failure: Refused | NotSent | Unknown }[] = [];
  for (const issuer of check.issuers) {
    const { provider, reference } = issuer;
    const { ended } = deadline;
    const answer =
      ended === undefined
        ? await sender.check(provider, { to, code, reference }, { deadline })
        : notSent(ended, 'The call had ended before the provider was asked.');
    // The client no longer has this provider: nobody can check its code.
    if (answer === undefined) continue;
    const outcome = withoutCode(answer, code);
    switch (outcome.outcome) {
      case 'approved':
        return { state: 'approved' };
      case 'incorrect':
      case 'expired':
      case 'exhausted':
        verdicts.push(outcome);
        break;
      case 'refused':
      case 'not-sent':
      case 'unknown':
        failures.push({ issuer, failure: outcome });
    }
  }
  const failed = failures.find(({ failure }) => failure.outcome === 'unknown') ?? failures[0];
  if (failed !== undefined) {
    const isCertain = verdicts.length === 0 && failures.every(({ failure }) => failure.outcome !== 'unknown');
    return { state: 'not-judged', error: notJudged(failed.issuer, failed.failure), isCertain };
  }
  return { state: 'judged', result: summary(verdicts, check) };
}

function notJudged({ provider }: Issuer, failure: Refused | NotSent | Unknown): SmsError {
  const { code, outcome, message, providerCode, cause } = failure;
  const advice = outcome === 'unknown' ? 'The check may count.' : 'It may be checked again.';
  return new SmsError({
    code,
    outcome,
    message: `The code could not be checked. ${message} ${advice}`,
    provider,
    providerCode,
    retryAfterMs: failure.outcome === 'refused' ? failure.retryAfterMs : undefined,
    cause,
  });
}

/** What several providers said, in one result: `incorrect` if any says so, or if the store compared a code of ours. */
function summary(
  verdicts: readonly Extract<CheckOutcome, { readonly outcome: 'incorrect' | 'expired' | 'exhausted' }>[],
  { checksLeft, judged }: PendingCheck,
): VerificationCheckResult {
  const outcomes = new Set(verdicts.map(({ outcome }) => outcome));
  if (!judged && !outcomes.has('incorrect')) return { outcome: outcomes.has('exhausted') ? 'exhausted' : 'expired' };
  if (judged) return { outcome: 'incorrect', checksLeft };
  // The store counts our own codes. Without one the providers' count is the one that matters.
  const counted = verdicts.flatMap((verdict) =>
    verdict.outcome === 'incorrect' ? [verdict.checksLeft ?? checksLeft] : [],
  );
  return { outcome: 'incorrect', checksLeft: Math.min(checksLeft, Math.max(...counted)) };
}

import type { Receipt } from '../delivery/send-request.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import type { SmsErrorJson } from '../errors/sms-error.js';
import { endOf, type SmsJob } from './job.js';

/** How a run of a job ended. */
export type JobOutcome =
  | { readonly outcome: 'accepted'; readonly receipt: Receipt }
  | { readonly outcome: 'refused' | 'not-sent' | 'unknown'; readonly error: SmsErrorJson };

/** What happens to a job next. */
export type JobStep =
  /** A provider has its message. */
  | { readonly step: 'done'; readonly receipt: Receipt }
  /** Its message was certainly not sent, and is sent at `atMs`. */
  | { readonly step: 'repeat'; readonly job: SmsJob; readonly atMs: number }
  /** Nobody knows whether it was sent. At `atMs` its record is asked; it is sent only if that proves that it was not. */
  | { readonly step: 'resolve'; readonly job: SmsJob; readonly atMs: number }
  /** It is not run again: a person has to look at it. */
  | { readonly step: 'dead'; readonly letter: DeadLetter };

/** Why a job ended without success. */
export interface DeadLetter {
  readonly reason: DeadLetterReason;
  /** How the last run ended, if one did. No text, code or whole phone number is in it. */
  readonly error?: SmsErrorJson | undefined;
}

export type DeadLetterReason =
  /** No later run could do better: its error says why. Nothing was sent. */
  | 'failed'
  /** Its time was over before it could be sent. Nothing was sent. */
  | 'expired'
  /** Nobody could find out whether it was sent. It is never sent again by itself. */
  | 'unknown'
  /** It is not a job that this version can read. Nothing was sent by whoever found that out. */
  | 'unreadable';

/** What a step depends on, besides the job. */
export interface JobMoment {
  /** In milliseconds since 1970. */
  readonly now: number;
  /** From 0 to 1: spreads jobs that failed together. */
  readonly random: number;
  /** How long a message is asked about of which nobody knows whether it was sent, in milliseconds. */
  readonly resolveForMs: number;
}

const shortestRepeatMs = 1_000;
const longestRepeatMs = 5 * 60_000;
const shortestResolveMs = 10_000;
const longestResolveMs = 15 * 60_000;

/**
 * Whether a later run could succeed where this one certainly sent nothing: because the vendor, the network, a limit or
 * this process was in trouble, or because an operator can mend it. What is wrong with the message stays wrong.
 */
const isWorthRepeating = {
  invalid_phone_number: false,
  invalid_request: false,
  recipient_blocked: false,
  content_rejected: false,
  unsupported_destination: false,
  template_rejected: false,
  sender_rejected: false,
  recipient_rate_limited: true,
  rate_limited: true,
  authentication_failed: true,
  permission_denied: true,
  ip_not_allowed: true,
  insufficient_balance: true,
  provider_unavailable: true,
  network_error: true,
  timeout: true,
  invalid_response: true,
  circuit_open: true,
  unrecognized_provider_code: true,
  no_route: false,
  unsupported_message: false,
  send_limit_exceeded: true,
  destination_not_allowed: false,
  resend_too_soon: true,
  verification_locked: false,
  in_progress: true,
  screening_denied: false,
  store_unavailable: true,
  aborted: true,
  client_closed: true,
  deadline_exceeded: true,
  configuration_invalid: false,
  // By its attempts: see below.
  all_providers_failed: true,
} as const satisfies Record<SmsErrorCode, boolean>;

/**
 * What happens to a job after a run. A queue and an outbox do what it says, and decide nothing themselves.
 *
 * Only a message that was certainly not sent is sent again: with growing waits, as long as it has not expired. A message
 * of which nobody knows is asked about, and ends as `unknown` when nobody could tell in time.
 */
export function nextStep(job: SmsJob, outcome: JobOutcome, moment: JobMoment): JobStep {
  switch (outcome.outcome) {
    case 'accepted':
      return { step: 'done', receipt: outcome.receipt };
    case 'unknown':
      return resolveLater(job, outcome.error, moment);
    case 'refused':
    case 'not-sent':
      return repeatLater(job, outcome.error, moment);
  }
}

/**
 * Whether a job may be run now; the step to take instead, if not. A run may have begun that nobody knows the end of, since
 * its process died. Its idempotency key answers for it, but only as long as the key is kept.
 *
 * @param mayHaveBegun whether the engine knows of a run since the job's last step
 */
export function stepInsteadOfRunning(
  job: SmsJob,
  mayHaveBegun: boolean,
  { now, resolveForMs }: Pick<JobMoment, 'now' | 'resolveForMs'>,
): JobStep | undefined {
  const since = job.unknownSince ?? (mayHaveBegun ? job.availableAt : undefined);
  const isOver = now >= endOf(job);
  // A run would send it now, if its record said that nothing was sent.
  if (since !== undefined) return isOver || now >= since + resolveForMs ? dead('unknown') : undefined;
  return isOver ? dead('expired') : undefined;
}

function repeatLater(job: SmsJob, error: SmsErrorJson, { now, random }: JobMoment): JobStep {
  if (!canRepeat(error)) return dead('failed', error);
  const isEndOfWorker = error.code === 'client_closed' || error.code === 'aborted';
  // The worker whose client is closed may be the one that takes the job again.
  const waitMs = isEndOfWorker ? shortestRepeatMs : Math.max(error.retryAfterMs ?? 0, growing(job.failures, random));
  const atMs = Math.ceil(now + waitMs);
  if (atMs >= endOf(job)) return dead('expired', error);
  const { unknownSince: _, ...known } = job;
  const failures = isEndOfWorker ? job.failures : job.failures + 1;
  return { step: 'repeat', job: { ...known, failures, availableAt: atMs }, atMs };
}

/** The wait before a repetition: 1 s, 2 s, 4 s and so on up to 5 minutes, of which a random part of up to a half is spared. */
function growing(failures: number, random: number): number {
  return Math.min(longestRepeatMs, shortestRepeatMs * 2 ** Math.min(failures, 20)) * (1 - random / 2);
}

function canRepeat({ code, attempts }: SmsErrorJson): boolean {
  if (code !== 'all_providers_failed' || attempts.length === 0) return repeatable(code);
  return attempts.some((attempt) => attempt.code === undefined || repeatable(attempt.code));
}

/** A code of a newer version is repeated: nothing was sent. */
function repeatable(code: SmsErrorCode): boolean {
  return !Object.hasOwn(isWorthRepeating, code) || isWorthRepeating[code];
}

function resolveLater(job: SmsJob, error: SmsErrorJson, { now, random, resolveForMs }: JobMoment): JobStep {
  const unknownSince = job.unknownSince ?? now;
  const endsAt = Math.min(endOf(job), unknownSince + resolveForMs);
  if (now >= endsAt) return dead('unknown', error);
  // As long again as nobody has known so far: often at first, when look-ups and reports are likely.
  const waitMs = Math.min(longestResolveMs, Math.max(shortestResolveMs, now - unknownSince)) * (1 + random / 10);
  return { step: 'resolve', job: { ...job, unknownSince }, atMs: Math.ceil(Math.min(now + waitMs, endsAt)) };
}

function dead(reason: DeadLetterReason, error?: SmsErrorJson): JobStep {
  return { step: 'dead', letter: { reason, ...(error === undefined ? {} : { error }) } };
}

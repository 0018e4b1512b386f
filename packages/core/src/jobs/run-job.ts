import type { SmsClient } from '../client/sms-client.js';
import type { SendRequest } from '../delivery/send-request.js';
import { errorKind } from '../errors/foreign-error.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { longestDelayMs } from '../provider-kit/deadline.js';
import type { SmsJob } from './job.js';
import { type JobMoment, type JobOutcome, type JobStep, nextStep, stepInsteadOfRunning } from './next-step.js';

/** What a run depends on. */
export interface JobRun extends Pick<JobMoment, 'resolveForMs'> {
  /** Whether an earlier run may have begun since the job's last step, of which nobody knows the end. */
  readonly mayHaveBegun: boolean;
  readonly now?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
}

/**
 * Runs a job once and says what happens to it next. Running it again by mistake sends nothing twice: the job's id is the
 * message's idempotency key. That holds as long as the client's message store is shared by all workers and kept.
 */
export async function runJob(sms: Pick<SmsClient, 'send'>, job: SmsJob, run: JobRun): Promise<JobStep> {
  const { resolveForMs, mayHaveBegun, now = Date.now, random = Math.random } = run;
  const instead = stepInsteadOfRunning(job, mayHaveBegun, { now: now(), resolveForMs });
  if (instead !== undefined) return instead;
  const outcome = await send(sms, job, now());
  return nextStep(job, outcome, { now: now(), random: random(), resolveForMs });
}

/** Vendors count in seconds. */
const shortestValidityMs = 1_000;

async function send(sms: Pick<SmsClient, 'send'>, job: SmsJob, now: number): Promise<JobOutcome> {
  const request = { ...job.message, ...validity(job, now), idempotencyKey: job.id };
  try {
    return { outcome: 'accepted', receipt: await sms.send(request) };
  } catch (error) {
    const known = isSmsError(error) ? error : bug(error);
    return { outcome: known.outcome, error: known.toJSON() };
  }
}

/** When its time is over, a vendor does not deliver it either. */
function validity({ message, expiresAt }: SmsJob, now: number): Pick<SendRequest, 'validForMs'> {
  if (expiresAt === undefined) return {};
  const leftMs = Math.min(longestDelayMs, Math.max(shortestValidityMs, expiresAt - now));
  return { validForMs: Math.min(message.validForMs ?? leftMs, leftMs) };
}

/** The message may have been sent before it. */
function bug(error: unknown): SmsError {
  const message = `send() failed (${errorKind(error)}).`;
  return new SmsError({ code: 'invalid_response', outcome: 'unknown', message, cause: error });
}

import type { SendRequest } from '@polysms/core';
import { type JobOptions, newJob, type SmsJob } from '@polysms/core/jobs';
import { isSmsError, SmsError } from '@polysms/core/stores';

/** A message for the queue: what `send()` takes, and when and in which lane it is to be sent. */
export type QueueRequest = SendRequest & JobOptions & BatchOption;

/** Which messages belong together. */
export interface BatchOption {
  /** The name of a batch that the message is counted in, 1 to 200 characters: see `batch()` of the queue. */
  readonly batch?: string | undefined;
}

/** A request that has been checked. */
export interface ReadRequest {
  readonly job: SmsJob;
  readonly batch: string | undefined;
}

/** @throws SmsError `invalid_request`, `invalid_phone_number` */
export function readRequest(caller: string, request: QueueRequest, defaultCountry: string | undefined): ReadRequest {
  // What is no object is refused with the rest.
  if (typeof request !== 'object' || request === null) {
    return { job: jobOf(caller, request, defaultCountry), batch: undefined };
  }
  const { batch, rest } = partsOf(caller, request);
  const checked = batch === undefined ? undefined : checkedBatch(`${caller}: batch`, batch);
  return { job: jobOf(caller, rest, defaultCountry), batch: checked };
}

/** What a getter throws may repeat the message: it is not passed on. */
function partsOf(caller: string, request: QueueRequest): { readonly batch: unknown; readonly rest: QueueRequest } {
  try {
    const { batch, ...rest } = request;
    return { batch, rest };
  } catch {
    throw invalidRequest(`${caller}: the request could not be read; give a plain object.`);
  }
}

export function checkedBatch(field: string, batch: unknown): string {
  if (typeof batch === 'string' && batch.length > 0 && batch.length <= 200 && batch.isWellFormed()) return batch;
  throw invalidRequest(`${field} must be the name of a batch, 1 to 200 characters.`);
}

/** The ids of each batch. */
export function batchesOf(requests: readonly ReadRequest[]): ReadonlyMap<string, readonly string[]> {
  const batches = new Map<string, string[]>();
  for (const { job, batch } of requests) {
    if (batch === undefined) continue;
    const ids = batches.get(batch);
    if (ids === undefined) batches.set(batch, [job.id]);
    else ids.push(job.id);
  }
  return batches;
}

/** A message that is handed on gets a longer key. */
const longestWatchedKey = 230;

function jobOf(caller: string, request: QueueRequest, defaultCountry: string | undefined): SmsJob {
  const job = newJob(caller, request, { defaultCountry });
  const { deliverWithinMs, via, onUnknown } = job.message;
  if (deliverWithinMs === undefined) return job;
  if (onUnknown !== 'failover') {
    throw invalidRequest(
      `${caller}: deliverWithinMs is for messages that may arrive twice; set onUnknown to 'failover'.`,
    );
  }
  if (via === undefined || via.length < 2) {
    throw invalidRequest(`${caller}: deliverWithinMs needs via: the ids of two providers or more, in their order.`);
  }
  if (job.id.length > longestWatchedKey) {
    throw invalidRequest(
      `${caller}: idempotencyKey must have at most ${longestWatchedKey} characters with deliverWithinMs.`,
    );
  }
  return job;
}

/** An error of one request of many says which. */
export function named<Made>(index: number, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!isSmsError(error)) throw error;
    const message = `request ${index}: ${error.message}`;
    throw new SmsError({ code: error.code, outcome: error.outcome, message });
  }
}

export function invalidRequest(message: string): SmsError {
  return new SmsError({ code: 'invalid_request', outcome: 'not-sent', message });
}

import { type DeadLetter, readJob, type SmsJob } from '@polysms/core/jobs';
import * as v from 'valibot';

/** What BullMQ keeps of a job: a plain value that survives JSON. */
export interface QueuedJob {
  /** Of this shape. What another version wrote is left to a person, as a dead letter. */
  readonly version: 1;
  /** The key under which it was enqueued. */
  readonly key: string;
  /** How often it was handed to a further provider, since it was not delivered in time. */
  readonly handed: number;
  readonly job: SmsJob;
  /** How often workers had died over it when its last step was written down. */
  readonly stalls: number;
  /** The batch that it is counted in. */
  readonly batch?: string | undefined;
  /** A provider has the message, and it is to be delivered in time. */
  readonly watch?: DeliveryWatch | undefined;
}

/** What is waited for: a report that the message was delivered. */
export interface DeliveryWatch {
  /** The message, as `sms.messages.get()` knows it. */
  readonly messageId: string;
  /** When it goes to the next provider, in milliseconds since 1970. */
  readonly dueAt: number;
  /** Providers that have not been asked, in order. */
  readonly next: readonly string[];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const schema = v.object({
  version: v.literal(1),
  key: v.string(),
  handed: count,
  job: v.unknown(),
  stalls: count,
  batch: v.optional(v.string()),
  watch: v.optional(
    v.object({ messageId: v.string(), dueAt: v.pipe(v.number(), v.finite()), next: v.array(v.string()) }),
  ),
});

/** A job as it came back from Redis; undefined if it is none that this version can run. */
export function readQueuedJob(value: unknown): QueuedJob | undefined {
  const result = v.safeParse(schema, value);
  if (!result.success) return undefined;
  const { job, ...rest } = result.output;
  const read = readJob(job);
  return read && { ...rest, job: read };
}

/**
 * The id that BullMQ knows a job by: its key, so that a second job with the key is none. BullMQ takes neither colons nor
 * whole numbers for ids.
 */
export function bullIdOf(key: string): string {
  return `k.${encodeURIComponent(key.toWellFormed())}`;
}

/** The key of a job, also of one that somebody else put in under an id of another kind. */
export function keyOfBullId(id: string): string {
  try {
    return decodeURIComponent(id.replace(/^k\./, ''));
  } catch {
    return id;
  }
}

const letterSchema = v.object({ reason: v.picklist(['failed', 'expired', 'unknown', 'unreadable']) });

/** The letter that a worker left; a job that BullMQ itself gave up is one that nobody could read. */
export function readLetter(failedReason: string | undefined): DeadLetter {
  try {
    const letter: unknown = JSON.parse(failedReason ?? '');
    if (v.is(letterSchema, letter)) return letter as DeadLetter;
  } catch {
    // Not written by a worker of ours.
  }
  return { reason: 'unreadable' };
}

import type { DeadLetter, JobLane, SmsJob } from '@polysms/core/jobs';
import type { BatchFigures } from './batch.js';
import type { QueueRequest } from './queue-request.js';

/** What became of a request to cancel. */
export type CancelResult =
  /** It was waiting, and is not sent. */
  | 'canceled'
  /** A worker has it, or had it and nobody knows the end: it may have been sent. */
  | 'running'
  /** It has been sent, has been canceled, or never was. */
  | 'not-found';

/** Where a message stands in the queue. */
export interface QueuedMessage {
  readonly id: string;
  readonly lane: JobLane;
  /** `delivering`: a provider has it, and its report is waited for. */
  readonly state: 'waiting' | 'scheduled' | 'running' | 'unknown' | 'delivering' | 'dead';
  /** How often it was tried and certainly not sent. */
  readonly failures: number;
  /** How often a worker died while it had the message. */
  readonly stalls: number;
  /** Whether bytes of it may have left: a run is under way, or nobody knows how one ended. */
  readonly mayHaveBeenSent: boolean;
}

/** How many messages of a lane there are. */
export interface LaneFigures {
  /** Ready to be sent. */
  readonly waiting: number;
  /** To be sent, or looked at again, later. */
  readonly scheduled: number;
  readonly running: number;
  /** Dead letters. */
  readonly dead: number;
  /** Messages that a provider took, since the queue began. */
  readonly done: number;
}

/** A job that ended without success. */
export interface QueueDeadLetter extends DeadLetter {
  readonly id: string;
  readonly lane: JobLane;
  /** What was to be sent. Undefined for a job that no worker could read. */
  readonly job: SmsJob | undefined;
}

/** Takes messages that workers send. */
export interface SmsQueue extends AsyncDisposable {
  /**
   * Puts a message into the queue. A second message with the same `idempotencyKey` changes nothing, while the first waits,
   * runs or is a dead letter; afterwards it gets the first one's result, and sends nothing.
   *
   * @returns the job's id: its `idempotencyKey`, or a new one
   * @throws SmsError `invalid_request`, `invalid_phone_number`; `store_unavailable` with the outcome `unknown` if Redis did
   * not say that it has the message: enqueue it again with the same key
   */
  enqueue(request: QueueRequest): Promise<string>;
  /**
   * The same for many, at most 10000: those of one lane in one transaction. None is written if one cannot be. Answers
   * their ids in order.
   */
  enqueueMany(requests: readonly QueueRequest[]): Promise<readonly string[]>;
  /** Takes a message back that no worker has. */
  cancel(id: string): Promise<CancelResult>;
  /** Where a message stands; undefined if it was sent, canceled, or never enqueued. */
  get(id: string): Promise<QueuedMessage | undefined>;
  /** How many messages there are in each lane. */
  figures(): Promise<Readonly<Record<JobLane, LaneFigures>>>;
  /**
   * How far the messages are that were put in with this `batch`; undefined if there was none in the last 30 days. A key
   * that stood in the queue without the batch stays `open` here.
   */
  batch(name: string): Promise<BatchFigures | undefined>;
  /** Jobs that ended without success, the oldest of each lane first. */
  deadLetters(limit?: number): Promise<readonly QueueDeadLetter[]>;
  /**
   * Sends a dead letter's message after all, with a day of time. One that may have been sent is not: its key stands.
   * Answers whether there was one.
   */
  revive(id: string): Promise<boolean>;
  /** Erases a dead letter, text and phone. Answers whether there was one. */
  discard(id: string): Promise<boolean>;
  /** Lets go of the connection, and leaves it open. */
  close(): Promise<void>;
}

import * as v from 'valibot';
import { newMessageId } from '../delivery/message-id.js';
import {
  invalidRequest,
  readGiven,
  readSendRequest,
  type SendRequest,
  type TemplateRequest,
  type TextRequest,
} from '../delivery/send-request.js';
import { parsePhoneNumberIn } from '../phone/parse.js';

/** A message that is to be sent later, or by another process: a plain value that survives JSON. */
export interface SmsJob {
  /** Of this shape. A worker makes a dead letter of another one, and `revive` of a newer worker sends it. */
  readonly version: 1;
  /** Also the idempotency key of its message: whoever runs the job, and however often, it is sent once. */
  readonly id: string;
  readonly message: JobMessage;
  readonly lane: JobLane;
  /** When it was made, in milliseconds since 1970, like all times here. */
  readonly createdAt: number;
  /** When it could be sent first. */
  readonly firstAt: number;
  /** When it could be begun at the earliest, since anything was last known of it. */
  readonly availableAt: number;
  /** From then on nobody begins to send it, nor does a vendor deliver it. Undefined: see {@link endOf}. */
  readonly expiresAt?: number | undefined;
  /** How often it was tried and certainly not sent. */
  readonly failures: number;
  /** Since when nobody knows whether it was sent. */
  readonly unknownSince?: number | undefined;
}

/** What goes first where jobs wait: codes for people who wait in front of a form before all else, campaigns last. */
export type JobLane = (typeof jobLanes)[number];

/** Every lane, what goes first at the beginning. */
export const jobLanes = ['codes', 'messages', 'campaigns'] as const;

/** What is sent: a request as data. A job has its own key, and nobody waits who could abort it or be screened. */
export type JobMessage =
  | Omit<TextRequest, 'idempotencyKey' | 'signal' | 'screening'>
  | Omit<TemplateRequest, 'idempotencyKey' | 'signal' | 'screening'>;

/** When a job is to run. */
export interface JobOptions {
  /** What goes first where jobs wait. Default `messages`. */
  readonly lane?: JobLane | undefined;
  /** The message is not sent earlier: a Date, or milliseconds since 1970. Default: at once. */
  readonly sendAt?: Date | number | undefined;
  /**
   * The message is not sent later: a Date, or milliseconds since 1970. A code that has expired helps nobody.
   * Default: 24 hours after `sendAt`.
   */
  readonly expiresAt?: Date | number | undefined;
}

/** How jobs are made. */
export interface JobDefaults {
  /** Whose numbers are meant that have no country code: that of the client which sends. */
  readonly defaultCountry?: string | undefined;
  readonly now?: (() => number) | undefined;
}

const dayMs = 24 * 3_600_000;

/**
 * Makes a job of a request. Its `idempotencyKey` becomes the job's id; without one the job gets a UUID of version 7.
 * What `send()` would refuse at once is refused here, before anything is kept.
 *
 * @param caller the function that the user called, for the error
 * @throws SmsError `invalid_request`, `invalid_phone_number`
 */
export function newJob(
  caller: string,
  given: SendRequest & JobOptions,
  { defaultCountry, now = Date.now }: JobDefaults = {},
): SmsJob {
  const { request, options } = readGiven(caller, () => {
    const { lane, sendAt, expiresAt, ...rest } = given;
    return { request: readSendRequest(rest as SendRequest), options: { lane, sendAt, expiresAt } };
  });
  const { idempotencyKey, signal, screening, ...message } = request;
  if (signal !== undefined) throw invalidRequest(`${caller}: signal: a job outlives the call; cancel the job instead.`);
  if (screening !== undefined)
    throw invalidRequest(`${caller}: screening: screen the request before it becomes a job.`);
  const { lane = 'messages' } = options;
  if (!jobLanes.includes(lane)) throw invalidRequest(`${caller}: lane must be one of ${jobLanes.join(', ')}.`);
  const createdAt = now();
  const availableAt = timeOf(`${caller}: sendAt`, options.sendAt) ?? createdAt;
  const expiresAt = timeOf(`${caller}: expiresAt`, options.expiresAt);
  if (expiresAt !== undefined && expiresAt <= Math.max(availableAt, createdAt)) {
    throw invalidRequest(`${caller}: expiresAt must be later than now and than sendAt.`);
  }
  const to = parsePhoneNumberIn(defaultCountry, request.to).e164;
  const id = idempotencyKey ?? newMessageId();
  const times = defined({ createdAt, availableAt, firstAt: Math.max(createdAt, availableAt), expiresAt });
  return { version: 1, id, message: defined({ ...message, to }) as JobMessage, lane, ...times, failures: 0 };
}

/** When a job's time is over: by default a day after it could be sent first. */
export function endOf({ expiresAt, firstAt }: SmsJob): number {
  return expiresAt ?? firstAt + dayMs;
}

/** The fields that are set: JSON knows no undefined. */
function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** The end of the year 9999: databases read no later times. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function timeOf(field: string, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const time = given instanceof Date ? given.getTime() : given;
  if (typeof time === 'number' && time >= 0 && time <= latest) return Math.floor(time);
  throw invalidRequest(`${field} must be a valid Date up to the year 9999, or a number of milliseconds since 1970.`);
}

const time = v.pipe(v.number(), v.finite());

const jobSchema = v.object({
  version: v.literal(1),
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  message: v.looseObject({ to: v.string() }),
  lane: v.picklist(jobLanes),
  createdAt: time,
  availableAt: time,
  firstAt: time,
  expiresAt: v.optional(time),
  failures: v.pipe(v.number(), v.integer(), v.minValue(0)),
  unknownSince: v.optional(time),
});

/** A job as a store or a queue gave it back; undefined if it is none that this version can run. */
export function readJob(value: unknown): SmsJob | undefined {
  const result = v.safeParse(jobSchema, value);
  return result.success ? (result.output as SmsJob) : undefined;
}

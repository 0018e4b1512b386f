import { errorKind } from '../../errors/foreign-error.js';
import { shownName } from '../../errors/shown-name.js';
import { isSmsError, SmsError } from '../../errors/sms-error.js';
import { type Clock, isAbortSignal, longestDelayMs, monotonicClock } from '../../provider-kit/deadline.js';
import { RateGate, rateLimitOf } from '../../rate/rate-gate.js';
import { invalidRequest } from '../send-request.js';
import { BatchIntake } from './intake.js';
import { knownTotal, ProgressMeter, type SendManyProgress } from './progress.js';

/** Options of a batch. */
export interface SendManyOptions {
  /** Messages begun whose results have not been taken, at most: a whole number from 1 to 10000. Default 50. */
  readonly concurrency?: number | undefined;
  /**
   * How long a message that was refused because of the rate is held back to be sent again, in milliseconds; then its
   * failure is its result. 0: not at all, and the batch does not slow down. Default 60000.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Stops the batch: nothing further is begun, nor sent again. What has begun settles, its results are yielded, and the
   * batch ends.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called when a message has settled, and when one has to wait to be sent again. What it throws is ignored. */
  readonly onProgress?: ((progress: SendManyProgress) => void) | undefined;
}

/** What became of one message of a batch. `index` is its place in the source, from 0. */
export type SendManyResult<Request, Receipt> =
  | { readonly status: 'accepted'; readonly index: number; readonly request: Request; readonly receipt: Receipt }
  | { readonly status: 'failed'; readonly index: number; readonly request: Request; readonly error: SmsError };

/**
 * Sends many messages, some at a time, and yields each one's result as it settles.
 *
 * At most `concurrency` messages are begun whose results have not been taken, and the source is read only when there
 * is room: memory stays bounded however long it is, and a slow consumer slows the sending. A message that fails is a
 * result and stops nothing.
 *
 * A message that was certainly not sent because the rate was too high (`rate_limited`) is no result yet: it is sent
 * again after `retryAfterMs`, or a wait that grows. Until then nothing further is begun, and afterwards the batch goes
 * as fast as messages have been accepted. This ends for a message after `maxWaitMs`, and for the whole batch while
 * nothing has been accepted for so long.
 *
 * Run it to its end or leave the loop: leaving closes the source and waits for what is in flight. If the source
 * throws, the results of everything begun are yielded before its error is thrown on.
 *
 * @param send sends one message and rejects with an SmsError if that fails; gets the batch's signal
 * @param timing for tests
 * @throws SmsError `invalid_request` if an option or the source cannot work, at once
 */
export function sendMany<Request, Receipt>(
  send: (request: Request, signal: AbortSignal | undefined) => Promise<Receipt>,
  requests: Iterable<Request> | AsyncIterable<Request>,
  options: SendManyOptions = {},
  { clock = monotonicClock, random = Math.random }: SendManyTiming = {},
): AsyncGenerator<SendManyResult<Request, Receipt>, void, undefined> {
  const { maxWaitMs, ...read } = readSendManyOptions(options);
  if (!isIterable(requests)) {
    throw invalidRequest('sendMany() takes the messages as an array, a generator or anything else that is iterable.');
  }
  const gate = new RateGate({ maxWaitMs, clock, random });
  const batch = results({ ...read, send, requests, gate, clock });
  const leave = batch.return.bind(batch);
  // A generator comes to its own `finally` only after the step that is under way, which may be a long wait.
  batch.return = (value) => {
    gate.end();
    return leave(value);
  };
  return batch;
}

/** What a batch waits by. */
export interface SendManyTiming {
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
}

const known: ReadonlySet<string> = new Set(['concurrency', 'maxWaitMs', 'signal', 'onProgress']);

/** @throws SmsError `invalid_request`, naming the option */
function readSendManyOptions(options: SendManyOptions) {
  if (typeof options !== 'object' || options === null) throw invalidRequest('sendMany(): options must be an object.');
  const unknownName = Object.keys(options).find((name) => !known.has(name));
  if (unknownName !== undefined) {
    throw invalidRequest(`sendMany(): ${shownName(unknownName)} is not an option; it knows ${[...known].join(', ')}.`);
  }
  if (options.signal !== undefined && !isAbortSignal(options.signal)) {
    throw invalidRequest('sendMany(): signal must be an AbortSignal.');
  }
  const { concurrency = 50, maxWaitMs = 60_000 } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1 || concurrency > 10_000) {
    throw invalidRequest('sendMany(): concurrency must be a whole number from 1 to 10000.');
  }
  if (typeof maxWaitMs !== 'number' || !(maxWaitMs >= 0 && maxWaitMs <= longestDelayMs)) {
    throw invalidRequest('sendMany(): maxWaitMs must be a number of milliseconds, from 0 to 24 days.');
  }
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function') {
    throw invalidRequest('sendMany(): onProgress must be a function.');
  }
  return { concurrency, maxWaitMs, signal: options.signal, onProgress: options.onProgress };
}

interface Batch<Request, Receipt> extends Omit<ReturnType<typeof readSendManyOptions>, 'maxWaitMs'> {
  send(request: Request, signal: AbortSignal | undefined): Promise<Receipt>;
  readonly requests: Iterable<Request> | AsyncIterable<Request>;
  readonly gate: RateGate;
  readonly clock: Clock;
}

async function* results<Request, Receipt>(
  batch: Batch<Request, Receipt>,
): AsyncGenerator<SendManyResult<Request, Receipt>, void, undefined> {
  const { requests, concurrency, signal, onProgress, gate } = batch;
  if (signal?.aborted === true) return;
  const meter = onProgress && new ProgressMeter(knownTotal(requests), onProgress);
  const onHeld = () => meter?.emit(intake.inFlight, gate.held);
  const intake: BatchIntake<Request, SendManyResult<Request, Receipt>> = new BatchIntake(
    requests,
    concurrency,
    signal,
    gate,
    (request, index) => sendUntilSettled(batch, request, index, onHeld),
    (result, inFlight) => meter?.settled(result.status === 'failed' ? result.error : undefined, inFlight, gate.held),
  );
  try {
    for (let ready = await intake.nextReady(); ready.length > 0; ready = await intake.nextReady()) {
      for (const result of ready) {
        yield result;
        intake.taken();
      }
    }
    intake.throwSourceError();
  } finally {
    await intake.close();
  }
}

/** Sends one message, and sends it again while nothing but the rate is to blame and the gate lets it. */
async function sendUntilSettled<Request, Receipt>(
  { send, signal, gate, clock }: Batch<Request, Receipt>,
  request: Request,
  index: number,
  onHeld: () => void,
): Promise<SendManyResult<Request, Receipt>> {
  let heldSince: number | undefined;
  for (;;) {
    const begunAt = clock.now();
    try {
      const receipt = await send(request, signal);
      gate.accepted(begunAt);
      return { status: 'accepted', index, request, receipt };
    } catch (thrown) {
      const error = isSmsError(thrown) ? thrown : unexpectedError(thrown);
      const failed = { status: 'failed', index, request, error } as const;
      const rateLimit = rateLimitOf(error);
      if (rateLimit === undefined) return failed;
      heldSince ??= clock.now();
      const again = gate.again(begunAt, heldSince, rateLimit);
      if (again === undefined) return failed;
      onHeld();
      if (!(await again)) return failed;
    }
  }
}

/** `send` may have sent before it broke. What it threw may hold anything, so only its kind is shown. */
function unexpectedError(error: unknown): SmsError {
  const kind = errorKind(error);
  return new SmsError({
    code: 'invalid_response',
    outcome: 'unknown',
    message: `send() failed with something that is not an SmsError (${kind}); the message may or may not have been sent.`,
  });
}

function isIterable(value: unknown): boolean {
  if (typeof value === 'string') return false;
  return (
    value !== null && value !== undefined && (Symbol.asyncIterator in Object(value) || Symbol.iterator in Object(value))
  );
}

import { errorKind } from '../../errors/error-kind.js';
import { isSmsError, SmsError } from '../../errors/sms-error.js';
import { invalidRequest } from '../send-request.js';
import { BatchIntake } from './intake.js';
import { knownTotal, ProgressMeter, type SendManyProgress } from './progress.js';

/** Options of a batch. */
export interface SendManyOptions {
  /** Messages begun whose results have not been taken, at most: a whole number from 1 to 10000. Default 50. */
  readonly concurrency?: number | undefined;
  /** Stops the batch: nothing further is begun. What has begun settles, its results are yielded, and the batch ends. */
  readonly signal?: AbortSignal | undefined;
  /** Called when a message has settled. What it throws is ignored. */
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
 * Run it to its end or leave the loop: leaving closes the source and waits for what is in flight. If the source
 * throws, the results of everything begun are yielded before its error is thrown on.
 *
 * @param send sends one message and rejects with an SmsError if that fails; gets the batch's signal
 * @throws SmsError `invalid_request` if `concurrency` or the source cannot work, at once
 */
export function sendMany<Request, Receipt>(
  send: (request: Request, signal: AbortSignal | undefined) => Promise<Receipt>,
  requests: Iterable<Request> | AsyncIterable<Request>,
  options: SendManyOptions = {},
): AsyncGenerator<SendManyResult<Request, Receipt>, void, undefined> {
  checkOptions(options);
  const { concurrency = 50, signal, onProgress } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1 || concurrency > 10_000) {
    throw invalidRequest('sendMany(): concurrency must be a whole number from 1 to 10000.');
  }
  if (!isIterable(requests)) {
    throw invalidRequest('sendMany() takes the messages as an array, a generator or anything else that is iterable.');
  }
  return results(send, requests, concurrency, signal, onProgress);
}

async function* results<Request, Receipt>(
  send: (request: Request, signal: AbortSignal | undefined) => Promise<Receipt>,
  requests: Iterable<Request> | AsyncIterable<Request>,
  concurrency: number,
  signal: AbortSignal | undefined,
  onProgress: SendManyOptions['onProgress'],
): AsyncGenerator<SendManyResult<Request, Receipt>, void, undefined> {
  if (signal?.aborted === true) return;
  const meter = onProgress && new ProgressMeter(knownTotal(requests), onProgress);
  const work = async (request: Request, index: number): Promise<SendManyResult<Request, Receipt>> => {
    try {
      return { status: 'accepted', index, request, receipt: await send(request, signal) };
    } catch (error) {
      return { status: 'failed', index, request, error: isSmsError(error) ? error : unexpectedError(error) };
    }
  };
  const intake = new BatchIntake(requests, concurrency, signal, work, (result, inFlight) =>
    meter?.settled(result.status === 'failed' ? result.error : undefined, inFlight),
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

const known: ReadonlySet<string> = new Set(['concurrency', 'signal', 'onProgress']);

function checkOptions(options: SendManyOptions): void {
  if (typeof options !== 'object' || options === null) throw invalidRequest('sendMany(): options must be an object.');
  const unknownName = Object.keys(options).find((name) => !known.has(name));
  if (unknownName !== undefined) {
    throw invalidRequest(`sendMany(): ${unknownName} is not an option; it knows ${[...known].join(', ')}.`);
  }
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw invalidRequest('sendMany(): signal must be an AbortSignal.');
  }
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function') {
    throw invalidRequest('sendMany(): onProgress must be a function.');
  }
}

import { shownName } from '../../errors/shown-name.js';
import { isAbortSignal, longestDelayMs } from '../../provider-kit/deadline.js';
import { invalidRequest } from '../send-request.js';
import type { SendManyProgress } from './progress.js';

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

const known: ReadonlySet<string> = new Set(['concurrency', 'maxWaitMs', 'signal', 'onProgress']);

/** {@link SendManyOptions} with every default filled in. */
export interface ReadSendManyOptions {
  readonly concurrency: number;
  readonly maxWaitMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: SendManyProgress) => void) | undefined;
}

/** @throws SmsError `invalid_request`, naming the option */
export function readSendManyOptions(options: SendManyOptions): ReadSendManyOptions {
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

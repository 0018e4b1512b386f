import type { SmsClient } from '../client/sms-client.js';
import { SmsError } from '../errors/sms-error.js';

/** What runs jobs. */
export interface JobWorkerOptions {
  /** Sends their messages. It stays the app's: closing the worker does not close it. */
  readonly sms: SmsClient;
  /**
   * How long a message is asked about of which nobody knows whether it was sent, in milliseconds. At most as long as the
   * client keeps idempotency keys. Default: half of that, at most 12 hours.
   */
  readonly resolveForMs?: number | undefined;
}

const longestByDefaultMs = 12 * 3_600_000;

/**
 * Checks that jobs are sent once by this client, whoever else runs them.
 *
 * @param caller the function that the user called, for the error
 * @returns how long messages are asked about
 * @throws SmsError `configuration_invalid`
 */
export function readJobWorkerOptions(caller: string, { sms, resolveForMs }: JobWorkerOptions): number {
  const keys = sms?.messages?.keys;
  if (typeof sms?.send !== 'function' || keys === undefined) {
    throw invalid(`${caller}: sms must be a client, as createSmsClient() makes it.`);
  }
  if (!keys.isShared) {
    throw invalid(
      `${caller}: sms keeps idempotency keys in memory, so a job that another worker repeats could be sent twice; ` +
        'give the client a shared store: stores: { messages }.',
    );
  }
  if (resolveForMs === undefined) return Math.min(longestByDefaultMs, Math.floor(keys.ttlMs / 2));
  if (typeof resolveForMs === 'number' && resolveForMs >= 0 && resolveForMs <= keys.ttlMs) return resolveForMs;
  throw invalid(`${caller}: resolveForMs must be from 0 to ${keys.ttlMs}, the client's idempotency.ttlMs.`);
}

function invalid(message: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message });
}

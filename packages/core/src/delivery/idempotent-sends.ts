import type { Deadline } from '../contract/deadline.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { fingerprintOf } from './idempotency-fingerprint.js';
import type { IdempotencyStore, StoredResult } from './idempotency-store.js';
import type { Preparation } from './prepare-message.js';
import type { Receipt } from './receipt.js';
import { invalidRequest } from './send-request.js';

interface RunningCall {
  readonly fingerprint: string;
  readonly receipt: Promise<Receipt>;
}

/** Sends a message once for each key, however often it is asked to. */
export class IdempotentSends {
  readonly #store: IdempotencyStore;
  readonly #ttlMs: number;
  /** Calls of this process: a second one with the key waits for the first instead of asking the store. */
  readonly #running = new Map<string, RunningCall>();

  constructor(store: IdempotencyStore, ttlMs: number) {
    this.#store = store;
    this.#ttlMs = ttlMs;
  }

  /**
   * Reserves the key, sends, and records the result; or replays the result that is known.
   * A message whose outcome is `unknown` keeps its key: it is never sent again by itself.
   *
   * @throws SmsError of the send; `invalid_request` if the key belongs to another message; `resend_too_soon` with the
   * outcome `unknown` while the call of another process has not ended, or has died; the store's failure, `not-sent`
   */
  async once(
    key: string,
    { request, to }: Preparation,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    const fingerprint = fingerprintOf(request, to);
    const running = this.#running.get(key);
    if (running !== undefined) {
      if (running.fingerprint !== fingerprint) throw otherMessage();
      return within(deadline, running.receipt, 'unknown');
    }
    const receipt = this.#reserveAndSend(key, fingerprint, deadline, send);
    this.#running.set(key, { fingerprint, receipt });
    try {
      return await receipt;
    } finally {
      this.#running.delete(key);
    }
  }

  async #reserveAndSend(
    key: string,
    fingerprint: string,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    const reservation = await within(deadline, this.#reserve(key, fingerprint), 'not-sent');
    switch (reservation.state) {
      case 'reserved':
        return this.#sendAndRecord(key, reservation.token, deadline, send);
      case 'finished':
        return replay(reservation.result);
      case 'conflict':
        throw otherMessage();
      case 'in-progress':
        throw stillUnknown();
    }
  }

  async #reserve(key: string, fingerprint: string) {
    try {
      return await this.#store.reserve(key, fingerprint, this.#ttlMs);
    } catch (error) {
      if (isSmsError(error)) throw error;
      const message = `The idempotency store failed (${kindOf(error)}), so nothing was sent.`;
      throw new SmsError({ code: 'network_error', outcome: 'not-sent', message });
    }
  }

  async #sendAndRecord(key: string, token: string, deadline: Deadline, send: () => Promise<Receipt>): Promise<Receipt> {
    try {
      const receipt = await send();
      await keep(deadline, () =>
        this.#store.finish(key, token, { version: 1, outcome: 'accepted', receipt }, this.#ttlMs),
      );
      return receipt;
    } catch (error) {
      const unknown = isSmsError(error) && error.outcome === 'unknown' ? error.toJSON() : undefined;
      await keep(deadline, () =>
        unknown === undefined
          ? this.#store.release(key, token)
          : this.#store.finish(key, token, { version: 1, outcome: 'unknown', error: unknown }, this.#ttlMs),
      );
      throw error;
    }
  }
}

function otherMessage(): SmsError {
  return invalidRequest('send(): idempotencyKey: another message has this key; give each message its own.');
}

function stillUnknown(): SmsError {
  return new SmsError({
    code: 'resend_too_soon',
    outcome: 'unknown',
    message: 'A call with this idempotencyKey is under way, or died. It is not sent again.',
  });
}

function replay(result: StoredResult): Receipt {
  // Written by a newer version that shares the store: that it was sent is certain enough not to send it again.
  if (result.version !== 1) throw stillUnknown();
  switch (result.outcome) {
    case 'accepted':
      return result.receipt;
    case 'unknown':
      throw new SmsError(result.error);
  }
}

/** Waits no longer than the call may take. */
async function within<Value>(
  deadline: Deadline,
  pending: Promise<Value>,
  outcome: 'not-sent' | 'unknown',
): Promise<Value> {
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = deadline.onEnd((code) =>
      reject(new SmsError({ code, outcome, message: 'The call ended before its idempotencyKey was settled.' })),
    );
  });
  try {
    return await Promise.race([pending, ended]);
  } finally {
    stop();
  }
}

/**
 * Records a result. A store that fails now changes nothing about what became of the message: the key stays reserved,
 * and a later call with it is told `unknown`, which is safe.
 */
async function keep(deadline: Deadline, write: () => Promise<void>): Promise<void> {
  try {
    await within(deadline, write(), 'unknown');
  } catch (error) {
    process.emitWarning(`The idempotency store could not record a result: ${kindOf(error)}`, 'PolysmsWarning');
  }
}

function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

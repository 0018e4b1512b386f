import type { Deadline, DeadlineEnd } from '../../contract/deadline.js';
import { errorKind } from '../../errors/error-kind.js';
import { isSmsError, SmsError } from '../../errors/sms-error.js';
import { recordResult } from '../../stores/record-result.js';
import type { Preparation } from '../prepare-message.js';
import type { Receipt } from '../receipt.js';
import { invalidRequest } from '../send-request.js';
import { fingerprintOf } from './fingerprint.js';
import type { IdempotencyStore, Reservation, StoredResult } from './idempotency-store.js';

const states: ReadonlySet<unknown> = new Set(['reserved', 'in-progress', 'finished', 'conflict']);

/** Failures that say nothing about another call with the same key: only that this one ran out of time, or was aborted. */
const ownEnds: ReadonlySet<string> = new Set(['aborted', 'deadline_exceeded', 'timeout']);

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
    preparation: Preparation,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    const fingerprint = fingerprintOf(preparation.request, preparation.to);
    const running = this.#running.get(key);
    if (running !== undefined) {
      if (running.fingerprint !== fingerprint) throw otherMessage();
      return this.#follow(running, key, preparation, deadline, send);
    }
    if (deadline.ended !== undefined) throw endedError(deadline.ended, 'not-sent');
    const receipt = this.#reserveAndSend(key, fingerprint, deadline, send);
    this.#running.set(key, { fingerprint, receipt });
    try {
      return await receipt;
    } finally {
      this.#running.delete(key);
    }
  }

  /** Shares the result of a call under way, unless that call's own end was all that kept it from being sent. */
  async #follow(
    running: RunningCall,
    key: string,
    preparation: Preparation,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    try {
      return await within(deadline, running.receipt, 'unknown');
    } catch (error) {
      const isItsOwnEnd = isSmsError(error) && error.outcome === 'not-sent' && ownEnds.has(error.code);
      if (!isItsOwnEnd || deadline.ended !== undefined) throw error;
      return this.once(key, preparation, deadline, send);
    }
  }

  async #reserveAndSend(
    key: string,
    fingerprint: string,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    const reserving = this.#reserve(key, fingerprint, Math.max(this.#ttlMs, deadline.remainingMs() + 1_000));
    const reservation = await within(deadline, reserving, 'not-sent').catch((error: unknown) => {
      if (deadline.ended !== undefined) void this.#releaseLate(key, reserving);
      throw error;
    });
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

  /** The call has ended: a reservation that comes too late would hold the key for its whole lifetime. */
  async #releaseLate(key: string, reserving: Promise<Reservation>): Promise<void> {
    try {
      const late = await reserving;
      if (late.state === 'reserved') await this.#store.release(key, late.token);
    } catch (error) {
      process.emitWarning(`The idempotency store could not release a key: ${errorKind(error)}`, 'PolysmsWarning');
    }
  }

  async #reserve(key: string, fingerprint: string, ttlMs: number): Promise<Reservation> {
    try {
      const reservation = await this.#store.reserve(key, fingerprint, ttlMs);
      if (!states.has(reservation?.state)) throw new TypeError('The store answered something else.');
      return reservation;
    } catch (error) {
      if (isSmsError(error)) throw error;
      const message = `The idempotency store failed (${errorKind(error)}), so nothing was sent.`;
      throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
    }
  }

  async #sendAndRecord(key: string, token: string, deadline: Deadline, send: () => Promise<Receipt>): Promise<Receipt> {
    try {
      const receipt = await send();
      await recordResult('idempotency store', deadline, () =>
        this.#store.finish(key, token, { version: 1, outcome: 'accepted', receipt }, this.#ttlMs),
      );
      return receipt;
    } catch (error) {
      // Anything but an SmsError is a bug somewhere, which proves nothing: the key stays reserved.
      if (!isSmsError(error)) throw error;
      await recordResult('idempotency store', deadline, () =>
        error.outcome === 'unknown'
          ? this.#store.finish(key, token, { version: 1, outcome: 'unknown', error: error.toJSON() }, this.#ttlMs)
          : this.#store.release(key, token),
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
  // Written by a newer version that shares the store, or by a broken one: certain enough not to send it again.
  if (!isReadable(result)) throw stillUnknown();
  switch (result.outcome) {
    case 'accepted':
      return result.receipt;
    case 'unknown':
      throw new SmsError(result.error);
  }
}

function endedError(code: DeadlineEnd, outcome: 'not-sent' | 'unknown'): SmsError {
  return new SmsError({ code, outcome, message: 'The call ended before its idempotencyKey was settled.' });
}

/** Waits no longer than the call may take. */
async function within<Value>(
  deadline: Deadline,
  pending: Promise<Value>,
  outcome: 'not-sent' | 'unknown',
): Promise<Value> {
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = deadline.onEnd((code) => reject(endedError(code, outcome)));
  });
  try {
    return await Promise.race([pending, ended]);
  } finally {
    stop();
  }
}

function isReadable(result: StoredResult | undefined): boolean {
  if (result?.version !== 1) return false;
  return result.outcome === 'accepted' ? result.receipt !== undefined : result.error !== undefined;
}

import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { PreparedMessage } from '../delivery/prepare-message.js';
import { invalidRequest, type Receipt } from '../delivery/send-request.js';
import { errorKind } from '../errors/foreign-error.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { isThenable } from '../listeners/listeners.js';
import { type Awaitable, recordResult } from '../stores/ask-store.js';
import { fingerprintOf } from './fingerprint.js';
import type { IdempotencyStore, Reservation, StoredResult } from './idempotency-store.js';

const states: ReadonlySet<unknown> = new Set(['reserved', 'in-progress', 'finished', 'conflict']);

/** Failures that say nothing about another call with the same key: only that this one ran out of time, or was aborted. */
const ownEnds: ReadonlySet<string> = new Set(['aborted', 'deadline_exceeded', 'timeout']);

/** A store that has not answered for so long after the end of a call may never do so. */
const longestReleaseMs = 60_000;

/** A call of this process that holds a key, or did so a moment ago. */
interface RunningCall {
  readonly fingerprint: string;
  receipt: Promise<Receipt>;
  /** The call has ended, and its reservation or release is still on its way: until then the key is not free. */
  release?: { readonly done: Promise<void>; readonly overdueAt: number };
}

/** Sends a message once for each key, however often it is asked to. */
export class IdempotentSends {
  readonly #store: IdempotencyStore;
  readonly #ttlMs: number;
  /** Calls of this process: a second one with the key waits for the first instead of asking the store. */
  readonly #running = new Map<string, RunningCall>();
  readonly #unrecorded = new SeldomWarning('The idempotency store could not record a result');
  readonly #notReleased = new SeldomWarning('The idempotency store could not release a key');

  constructor(store: IdempotencyStore, ttlMs: number) {
    this.#store = store;
    this.#ttlMs = ttlMs;
  }

  /**
   * Reserves the key, sends, and records the result; or replays the result that is known.
   * A message whose outcome is `unknown` keeps its key: it is never sent again by itself.
   *
   * @throws SmsError of the send; `invalid_request` if the key belongs to another message; `in_progress` with the
   * outcome `unknown` while the call of another process has not ended, or has died; the store's failure, `not-sent`
   */
  async once(
    key: string,
    message: PreparedMessage,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    const fingerprint = fingerprintOf(message.request, message.to);
    // When the leading call ends unsent, one of its followers leads next: look again until nobody does.
    for (let running = this.#runningCall(key); running !== undefined; running = this.#runningCall(key)) {
      if (running.fingerprint !== fingerprint) throw otherMessage();
      const receipt = await this.#follow(running, deadline);
      if (receipt !== undefined) return receipt;
    }
    if (deadline.ended !== undefined) throw endedError(deadline.ended, 'not-sent');
    const call: RunningCall = { fingerprint, receipt: notBegun };
    this.#running.set(key, call);
    call.receipt = this.#reserveAndSend(key, call, deadline, send);
    try {
      return await call.receipt;
    } finally {
      if (call.release === undefined) this.#running.delete(key);
      else void call.release.done.then(() => this.#forget(key, call));
    }
  }

  #runningCall(key: string): RunningCall | undefined {
    const call = this.#running.get(key);
    if (call?.release === undefined || performance.now() < call.release.overdueAt) return call;
    this.#running.delete(key);
    return undefined;
  }

  #forget(key: string, call: RunningCall): void {
    if (this.#running.get(key) === call) this.#running.delete(key);
  }

  /**
   * The result of a call under way; undefined if it sent nothing only because its own time was up, or it was aborted, and
   * for whoever comes when it has ended.
   */
  async #follow(running: RunningCall, deadline: Deadline): Promise<Receipt | undefined> {
    if (running.release === undefined) {
      try {
        return replayed(await within(deadline, running.receipt, 'unknown'));
      } catch (error) {
        const isItsOwnEnd = isSmsError(error) && error.outcome === 'not-sent' && ownEnds.has(error.code);
        if (!isItsOwnEnd || deadline.ended !== undefined) throw error;
      }
    }
    if (running.release !== undefined) await within(deadline, running.release.done, 'not-sent');
    return undefined;
  }

  async #reserveAndSend(
    key: string,
    call: RunningCall,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    const reserving = this.#reserve(key, call.fingerprint, Math.max(this.#ttlMs, deadline.remainingMs() + 1_000));
    let reservation: Reservation;
    if (isThenable(reserving)) {
      try {
        reservation = await within(deadline, reserving, 'not-sent');
      } catch (error) {
        // A reservation that comes too late would hold the key for its whole lifetime.
        if (deadline.ended !== undefined) {
          const overdueAt = performance.now() + longestReleaseMs;
          call.release = { done: this.#releaseLate(key, reserving), overdueAt };
        }
        throw error;
      }
    } else reservation = reserving;
    switch (reservation.state) {
      case 'reserved':
        return this.#sendAndRecord(key, reservation.token, call, deadline, send);
      case 'finished':
        return replay(reservation.result);
      case 'conflict':
        throw otherMessage();
      case 'in-progress':
        throw stillUnknown();
    }
  }

  /** Releases what is reserved after the end of its call. Never rejects. */
  async #releaseLate(key: string, reserving: Promise<Reservation>): Promise<void> {
    try {
      const late = await reserving;
      if (late.state === 'reserved') await this.#store.release(key, late.token);
    } catch (error) {
      this.#notReleased.warn(error);
    }
  }

  /** The store's answer; without a promise if the store gave it so. */
  #reserve(key: string, fingerprint: string, ttlMs: number): Awaitable<Reservation> {
    try {
      const reserving = this.#store.reserve(key, fingerprint, ttlMs);
      return isThenable(reserving)
        ? Promise.resolve(reserving).then(checkedReservation).catch(storeFailure)
        : checkedReservation(reserving);
    } catch (error) {
      return storeFailure(error);
    }
  }

  async #sendAndRecord(
    key: string,
    token: string,
    call: RunningCall,
    deadline: Deadline,
    send: () => Promise<Receipt>,
  ): Promise<Receipt> {
    let receipt: Receipt;
    try {
      receipt = await send();
    } catch (error) {
      // Anything but an SmsError is a bug. The message may have been sent before it, so the key stays reserved.
      if (!isSmsError(error)) throw error;
      const recorded = recordResult(this.#unrecorded, deadline, () =>
        error.outcome === 'unknown'
          ? this.#store.finish(key, token, { version: 1, outcome: 'unknown', error: error.toJSON() }, this.#ttlMs)
          : this.#release(key, token, call),
      );
      if (recorded !== undefined) await recorded;
      throw error;
    }
    const recorded = recordResult(this.#unrecorded, deadline, () =>
      this.#store.finish(key, token, { version: 1, outcome: 'accepted', receipt }, this.#ttlMs),
    );
    if (recorded !== undefined) await recorded;
    return receipt;
  }

  /** Releases a key, and has whoever wants it next wait until it is free, if that takes longer than this call may. */
  #release(key: string, token: string, call: RunningCall): Awaitable<void> {
    const releasing = this.#store.release(key, token);
    if (isThenable(releasing)) {
      const done = Promise.resolve(releasing).then(noValue, noValue);
      call.release = { done, overdueAt: performance.now() + longestReleaseMs };
    }
    return releasing;
  }
}

function noValue(): void {}

const notBegun = new Promise<never>(() => {});

function checkedReservation(reservation: Reservation): Reservation {
  if (!states.has(reservation?.state)) throw new TypeError('The store answered something else.');
  return reservation;
}

function storeFailure(error: unknown): never {
  if (isSmsError(error)) throw error;
  const message = `The idempotency store failed (${errorKind(error)}), so nothing was sent.`;
  throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
}

function otherMessage(): SmsError {
  return invalidRequest('send(): idempotencyKey: another message has this key; give each message its own.');
}

function stillUnknown(): SmsError {
  return new SmsError({
    code: 'in_progress',
    outcome: 'unknown',
    message: 'A call with this idempotencyKey is under way, or died. It is not sent again.',
  });
}

function replay(result: StoredResult): Receipt {
  // A newer version or a broken one wrote it. The message may have been sent, so it is not sent again.
  if (!isReadable(result)) throw stillUnknown();
  switch (result.outcome) {
    case 'accepted':
      return replayed(result.receipt);
    case 'unknown':
      throw new SmsError(result.error);
  }
}

/** A receipt for another call than the one that sent. */
function replayed(receipt: Receipt): Receipt {
  return { ...receipt, replayed: true };
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

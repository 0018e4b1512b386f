import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { PreparedMessage } from '../delivery/prepare-message.js';
import type { Delivered } from '../delivery/router.js';
import { invalidRequest, type Receipt } from '../delivery/send-request.js';
import { errorKind } from '../errors/foreign-error.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { isThenable } from '../listeners/listeners.js';
import type { MessageLog } from '../messages/message-log.js';
import type { MessageRecord } from '../messages/message-record.js';
import type { Added, KeyClaim } from '../messages/message-store.js';
import { receiptOfDelivery } from '../messages/receipts.js';
import { type Awaitable, recordResult } from '../stores/ask-store.js';
import { fingerprintOf } from './fingerprint.js';
import { receiptOfHolder, replayed, stillUnknown } from './receipt-of-holder.js';

const states: ReadonlySet<unknown> = new Set(['added', 'held', 'conflict']);

/** Failures that say nothing about another call with the same key: only that this one ran out of time, or was aborted. */
const ownEnds: ReadonlySet<string> = new Set(['aborted', 'deadline_exceeded', 'timeout']);

/** A store that has not answered for so long after the end of a call may never do so. */
const longestReleaseMs = 60_000;

/** A call of this process that holds a key, or did so a moment ago. */
interface RunningCall {
  readonly fingerprint: string;
  receipt: Promise<Receipt>;
  /** The call has ended, and its reservation or release is still on its way: until then the key is not free. */
  release: { readonly done: Promise<void>; readonly overdueAt: number } | undefined;
}

/** What {@link IdempotentSends} work with. */
export interface IdempotentSendsDeps {
  readonly log: MessageLog;
  /** How long a key is taken, in milliseconds, from the end of the call that sent its message. */
  readonly ttlMs: number;
  /** Every account that may be asked. */
  readonly providers: readonly string[];
}

/** A message to be sent once. */
export interface KeyedMessage extends Pick<PreparedMessage, 'request' | 'to'> {
  readonly id: string;
  readonly key: string;
}

/** Sends a message once for each key, however often it is asked to. The key is a property of the message's record. */
export class IdempotentSends {
  readonly #deps: IdempotentSendsDeps;
  /** Calls of this process: a second one with the key waits for the first instead of asking the store. */
  readonly #running = new Map<string, RunningCall>();
  readonly #unrecorded = new SeldomWarning('The message store could not record a result');
  readonly #notReleased = new SeldomWarning('The message store could not release a key');

  constructor(deps: IdempotentSendsDeps) {
    this.#deps = deps;
  }

  /**
   * Takes the key, sends, and records how it ended; or gives the receipt of the message that has the key.
   * A message whose outcome is `unknown` keeps its key: it is never sent again by itself.
   *
   * @param send delivers the message whose record it is given; never rejects for what an SmsError can say
   * @throws SmsError of the send; `invalid_request` if the key belongs to another message; `in_progress` with the
   * outcome `unknown` while the call of another process has not ended, or has died; the store's failure, `not-sent`
   */
  once(message: KeyedMessage, deadline: Deadline, send: Send): Promise<Receipt> {
    const fingerprint = fingerprintOf(message.request, message.to);
    if (this.#runningCall(message.key) === undefined) return this.#lead(message, fingerprint, deadline, send);
    return this.#afterOthers(message, fingerprint, deadline, send);
  }

  #lead(message: KeyedMessage, fingerprint: string, deadline: Deadline, send: Send): Promise<Receipt> {
    const call: RunningCall = { fingerprint, receipt: notBegun, release: undefined };
    this.#running.set(message.key, call);
    call.receipt = this.#takeKeyAndSend(message, call, deadline, send);
    return call.receipt;
  }

  /** When the leading call ends unsent, one of its followers leads next: looks again until nobody does. */
  async #afterOthers(message: KeyedMessage, fingerprint: string, deadline: Deadline, send: Send): Promise<Receipt> {
    const { key } = message;
    for (let running = this.#runningCall(key); running !== undefined; running = this.#runningCall(key)) {
      if (running.fingerprint !== fingerprint) throw otherMessage();
      const receipt = await this.#follow(running, deadline);
      if (receipt !== undefined) return receipt;
    }
    return this.#lead(message, fingerprint, deadline, send);
  }

  #runningCall(key: string): RunningCall | undefined {
    const call = this.#running.get(key);
    if (call?.release === undefined || performance.now() < call.release.overdueAt) return call;
    this.#running.delete(key);
    return undefined;
  }

  /** The call has ended. Its key is free for the next one, once the store has been told. */
  #ended(key: string, call: RunningCall): void {
    const forget = () => {
      if (this.#running.get(key) === call) this.#running.delete(key);
    };
    if (call.release === undefined) forget();
    else void call.release.done.then(forget);
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

  async #takeKeyAndSend(message: KeyedMessage, call: RunningCall, deadline: Deadline, send: Send): Promise<Receipt> {
    try {
      if (deadline.ended !== undefined) throw endedError(deadline.ended, 'not-sent');
      const { log, providers } = this.#deps;
      const { request, id, to } = message;
      const record = log.newRecord({ id, to, kind: 'message' }, request.via ?? providers, deadline.remainingMs());
      let replaces: string | undefined;
      for (;;) {
        const taking = this.#take(record, message, call, deadline, replaces);
        const added = isThenable(taking) ? await taking : taking;
        if (added.state === 'added') break;
        if (added.state === 'conflict') throw otherMessage();
        // A newer version wrote it, or it was erased. The message may have been sent, so it is not sent again.
        if (added.record === undefined || replaces === added.id) throw stillUnknown();
        const receipt = receiptOfHolder(added.record);
        if (receipt !== undefined) return receipt;
        replaces = added.id;
      }
      // What it throws is a bug. The message may have been sent before it, so the key stays taken.
      const delivered = await send(record);
      const settling = this.#settle(record, call, deadline, delivered);
      if (settling !== undefined) await settling;
      return receiptOfDelivery(id, delivered);
    } finally {
      this.#ended(message.key, call);
    }
  }

  /** Asks for the key, for no longer than the call may take. */
  #take(
    record: MessageRecord,
    { key }: KeyedMessage,
    call: RunningCall,
    deadline: Deadline,
    replaces: string | undefined,
  ): Awaitable<Added> {
    const ttlMs = this.#deps.ttlMs + deadline.remainingMs() + 1_000;
    const free = { key, fingerprint: call.fingerprint, ttlMs };
    const claim = replaces === undefined ? free : { ...free, replaces };
    const taking = this.#begin(record, claim);
    return isThenable(taking) ? this.#takenInTime(record, taking, call, deadline) : taking;
  }

  async #takenInTime(
    record: MessageRecord,
    taking: Promise<Added>,
    call: RunningCall,
    deadline: Deadline,
  ): Promise<Added> {
    try {
      return await within(deadline, taking, 'not-sent');
    } catch (error) {
      // A key that is taken too late would be held for its whole lifetime.
      if (deadline.ended !== undefined) {
        const overdueAt = performance.now() + longestReleaseMs;
        call.release = { done: this.#releaseLate(record, taking), overdueAt };
      }
      throw error;
    }
  }

  /** Releases what is taken after the end of its call. Never rejects. */
  async #releaseLate(record: MessageRecord, taking: Promise<Added>): Promise<void> {
    try {
      const late = await taking;
      if (late.state === 'added') await this.#deps.log.settle(record, nothingSent);
    } catch (error) {
      this.#notReleased.warn(error);
    }
  }

  /** The store's answer; without a promise if the store gave it so. */
  #begin(record: MessageRecord, claim: KeyClaim): Awaitable<Added> {
    try {
      const taking = this.#deps.log.begin(record, claim);
      return isThenable(taking)
        ? Promise.resolve(taking).then(checkedAnswer).catch(storeFailure)
        : checkedAnswer(taking);
    } catch (error) {
      return storeFailure(error);
    }
  }

  /** Writes down how the call ended. Undefined if that is done. */
  #settle(
    record: MessageRecord,
    call: RunningCall,
    deadline: Deadline,
    delivered: Delivered,
  ): Promise<void> | undefined {
    return recordResult(this.#unrecorded, deadline, () => {
      const settling = this.#deps.log.settle(record, delivered);
      if (isThenable(settling) && delivered.error !== undefined && delivered.error.outcome !== 'unknown') {
        // Whoever wants the key next waits until it is free, if that takes longer than this call may.
        const done = Promise.resolve(settling).then(noValue, noValue);
        call.release = { done, overdueAt: performance.now() + longestReleaseMs };
      }
      return settling;
    });
  }
}

type Send = (record: MessageRecord) => Promise<Delivered>;

/** How a call ends whose key came too late. */
const nothingSent: Delivered = {
  attempts: [],
  accepted: undefined,
  error: new SmsError({ code: 'deadline_exceeded', outcome: 'not-sent', message: 'The key came after the deadline.' }),
};

function noValue(): void {}

const notBegun = new Promise<never>(() => {});

function checkedAnswer(added: Added): Added {
  if (!states.has(added?.state)) throw new TypeError('The store answered something else.');
  return added;
}

function storeFailure(error: unknown): never {
  if (isSmsError(error)) throw error;
  const message = `The message store failed (${errorKind(error)}), so nothing was sent.`;
  throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
}

function otherMessage(): SmsError {
  return invalidRequest('send(): idempotencyKey: another message has this key; give each message its own.');
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

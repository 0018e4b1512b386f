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
import { stateOf } from '../messages/message-state.js';
import type { Added, KeyClaim } from '../messages/message-store.js';
import { receiptOfDelivery, receiptOfRecord } from '../messages/receipts.js';
import { type Awaitable, recordResult } from '../stores/ask-store.js';
import { fingerprintOf } from './fingerprint.js';

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
  release?: { readonly done: Promise<void>; readonly overdueAt: number };
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
  async once(message: KeyedMessage, deadline: Deadline, send: Send): Promise<Receipt> {
    const { key, request, to } = message;
    const fingerprint = fingerprintOf(request, to);
    // When the leading call ends unsent, one of its followers leads next: look again until nobody does.
    for (let running = this.#runningCall(key); running !== undefined; running = this.#runningCall(key)) {
      if (running.fingerprint !== fingerprint) throw otherMessage();
      const receipt = await this.#follow(running, deadline);
      if (receipt !== undefined) return receipt;
    }
    if (deadline.ended !== undefined) throw endedError(deadline.ended, 'not-sent');
    const call: RunningCall = { fingerprint, receipt: notBegun };
    this.#running.set(key, call);
    call.receipt = this.#takeKeyAndSend(message, call, deadline, send);
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

  async #takeKeyAndSend(message: KeyedMessage, call: RunningCall, deadline: Deadline, send: Send): Promise<Receipt> {
    const { log, providers } = this.#deps;
    const { request, id, to } = message;
    const record = log.newRecord({ id, to, kind: 'message' }, request.via ?? providers, deadline.remainingMs());
    let replaces: string | undefined;
    for (;;) {
      const taking = this.#take(record, message, call, deadline, replaces);
      const added = isThenable(taking) ? await taking : taking;
      switch (added.state) {
        case 'added':
          return this.#sendAndSettle(record, call, deadline, send);
        case 'conflict':
          throw otherMessage();
        case 'held': {
          const held = added.record;
          // A newer version wrote it, or it was erased. The message may have been sent, so it is not sent again.
          if (held === undefined || replaces === added.id) throw stillUnknown();
          const receipt = receiptOf(held);
          if (receipt !== undefined) return receipt;
          replaces = added.id;
        }
      }
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
    const claim = { key, fingerprint: call.fingerprint, ttlMs, ...(replaces === undefined ? {} : { replaces }) };
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

  async #sendAndSettle(record: MessageRecord, call: RunningCall, deadline: Deadline, send: Send): Promise<Receipt> {
    // What it throws is a bug. The message may have been sent before it, so the key stays taken.
    const delivered = await send(record);
    const recorded = recordResult(this.#unrecorded, deadline, () => {
      const settling = this.#deps.log.settle(record, delivered);
      if (isThenable(settling) && delivered.error !== undefined && delivered.error.outcome !== 'unknown') {
        // Whoever wants the key next waits until it is free, if that takes longer than this call may.
        const done = Promise.resolve(settling).then(noValue, noValue);
        call.release = { done, overdueAt: performance.now() + longestReleaseMs };
      }
      return settling;
    });
    if (recorded !== undefined) await recorded;
    return receiptOfDelivery(record.id, delivered);
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

function stillUnknown(): SmsError {
  return new SmsError({
    code: 'in_progress',
    outcome: 'unknown',
    message: 'A call with this idempotencyKey is under way, or died. It is not sent again.',
  });
}

/**
 * The receipt of the message that has the key; undefined if it was certainly not sent, so that it may be sent now.
 *
 * @throws SmsError while nobody knows
 */
function receiptOf(record: MessageRecord): Receipt | undefined {
  const { state } = stateOf(record, Date.now());
  switch (state) {
    case 'not-sent':
    case 'refused':
      return undefined;
    case 'sending':
      throw stillUnknown();
    case 'unknown':
      throw record.settled?.error === undefined ? stillUnknown() : new SmsError(record.settled.error);
    case 'accepted':
    case 'queued':
    case 'sent':
    case 'delivered':
    case 'undelivered':
    case 'rejected':
    case 'expired':
      return replayed(receiptOfRecord(record));
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

import type { CallContext } from '../contract/call-context.js';
import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { Account } from '../delivery/account.js';
import type { Delivered, Delivery, DeliveryObserver, Router } from '../delivery/router.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { isThenable } from '../listeners/listeners.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { type Awaitable, askStore, recordResult } from '../stores/ask-store.js';
import type { DeliveryWatches } from './delivery-watches.js';
import type { MessageLog } from './message-log.js';
import type { MessageRecord } from './message-record.js';
import type { Added } from './message-store.js';
import { beforeSending } from './store-questions.js';

/** What {@link RecordedDeliveries} work with. */
export interface RecordedDeliveriesDeps {
  readonly router: Pick<Router, 'deliver'>;
  readonly log: MessageLog;
  readonly watches: Pick<DeliveryWatches, 'watch'>;
}

/** A store that is slow costs a message without a key no more than this, or a fifth of its time, if that is less. */
const longestWaitMs = 1_000;

/** Whether a provider's messages can be tracked: it reports, or can be asked. */
export function isTrackable({ webhooks, events, lookup }: SmsProvider): boolean {
  return webhooks !== null || events !== null || lookup !== null;
}

/** Deliveries whose messages are recorded if they can be tracked: the record is begun before any byte leaves. */
export class RecordedDeliveries {
  readonly #deps: RecordedDeliveriesDeps;
  readonly #warnings: Warnings = {
    unrecorded: new SeldomWarning('The message store failed: a message is sent, and its life is not recorded'),
    unsettled: new SeldomWarning('The message store could not record how a message was sent'),
  };

  constructor(deps: RecordedDeliveriesDeps) {
    this.#deps = deps;
  }

  /** Delivers, and records it if one of the planned providers has something to tell afterwards. Never rejects. */
  deliver(delivery: Delivery, call: CallContext): Promise<Delivered> {
    return this.#deps.router.deliver(delivery, call, new Recording(this.#deps, this.#warnings, delivery, call));
  }
}

interface Warnings {
  readonly unrecorded: SeldomWarning;
  readonly unsettled: SeldomWarning;
}

/** The record of one delivery. */
class Recording implements DeliveryObserver {
  readonly #deps: RecordedDeliveriesDeps;
  readonly #warnings: Warnings;
  readonly #delivery: Delivery;
  readonly #deadline: Deadline;
  /** Undefined if nothing is recorded. */
  #record: MessageRecord | undefined;
  /** Whether the store has the record. */
  #isWritten = false;
  #delivered: Delivered | undefined;

  constructor(deps: RecordedDeliveriesDeps, warnings: Warnings, delivery: Delivery, { deadline }: CallContext) {
    this.#deps = deps;
    this.#warnings = warnings;
    this.#delivery = delivery;
    this.#deadline = deadline;
  }

  planned(accounts: readonly Account[]): Promise<void> | undefined {
    if (!accounts.some(({ provider }) => isTrackable(provider))) return undefined;
    const remainingMs = this.#deadline.remainingMs();
    this.#record = this.#deps.log.newRecord(this.#delivery, accounts.map(idOf), remainingMs);
    return this.#begin(this.#record, Math.min(longestWaitMs, remainingMs / 5));
  }

  /**
   * A message without a key is sent even if the store is down. What it takes late is settled late. Undefined if there is
   * nothing to wait for.
   */
  #begin(record: MessageRecord, waitMs: number): Promise<void> | undefined {
    let beginning: Awaitable<Added>;
    try {
      beginning = this.#deps.log.begin(record);
    } catch (error) {
      this.#warnings.unrecorded.warn(error);
      return undefined;
    }
    if (isThenable(beginning) || !isAdded(beginning)) return this.#begunInTime(record, beginning, waitMs);
    this.#isWritten = true;
    return undefined;
  }

  #begunInTime(record: MessageRecord, beginning: Awaitable<Added>, waitMs: number): Promise<void> {
    const onAdded = () => {
      this.#isWritten = true;
      if (this.#delivered !== undefined) void this.#settle(record, this.#delivered);
    };
    const options = { isAnswer: isAdded, onLate: onAdded };
    // The store is asked already, so its answer is heard even if no time is left.
    const limit = {
      ended: undefined,
      onEnd: (listener: (reason: DeadlineEnd) => void) => deadlineAfter(waitMs).onEnd(listener),
    };
    return askStore(beforeSending, limit, () => beginning, options).then(onAdded, (error) =>
      this.#warnings.unrecorded.warn(error),
    );
  }

  ended(delivered: Delivered): Promise<void> | undefined {
    const record = this.#record;
    if (record === undefined) return undefined;
    this.#deps.watches.watch(this.#delivery, record, delivered);
    this.#delivered = delivered;
    return this.#isWritten ? this.#settle(record, delivered) : undefined;
  }

  /** Writes down how a delivery ended. A store that fails changes nothing about that. Undefined if it is done. */
  #settle(record: MessageRecord, delivered: Delivered): Promise<void> | undefined {
    // Made when it is listened to: a store in memory has answered by then.
    const limit = {
      onEnd: (listener: (reason: DeadlineEnd) => void) =>
        deadlineAfter(Math.min(longestWaitMs, Math.max(this.#deadline.remainingMs(), 10))).onEnd(listener),
    };
    return recordResult(this.#warnings.unsettled, limit, () => this.#deps.log.settle(record, delivered));
  }
}

function isAdded(answer: Added | undefined): boolean {
  return answer?.state === 'added';
}

const idOf = ({ id }: Account) => id;

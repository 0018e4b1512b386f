import type { CallContext } from '../contract/call-context.js';
import type { Deadline } from '../contract/deadline.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { Delivered, Delivery, Router } from '../delivery/router.js';
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
  readonly router: Router;
  readonly log: MessageLog;
  readonly watches: DeliveryWatches;
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
  readonly #unrecorded = new SeldomWarning('The message store failed: a message is sent, and its life is not recorded');
  readonly #unsettled = new SeldomWarning('The message store could not record how a message was sent');

  constructor(deps: RecordedDeliveriesDeps) {
    this.#deps = deps;
  }

  /** Delivers, and records it if one of the planned providers has something to tell afterwards. Never rejects. */
  async deliver(delivery: Delivery, call: CallContext): Promise<Delivered> {
    const { router, log } = this.#deps;
    let begun: Begun | undefined;
    const onPlanned = (providers: readonly SmsProvider[]) => {
      if (!providers.some(isTrackable)) return undefined;
      const remainingMs = call.deadline.remainingMs();
      const record = log.newRecord(delivery, idsOf(providers), remainingMs);
      begun = { record, isWritten: false };
      return this.#begin(begun, call, Math.min(longestWaitMs, remainingMs / 5));
    };
    const delivered = await router.deliver({ ...delivery, onPlanned }, call);
    if (begun === undefined) return delivered;
    this.#deps.watches.watch(delivery, begun.record, delivered);
    begun.delivered = delivered;
    const settling = begun.isWritten ? this.#settle(begun.record, delivered, call) : undefined;
    if (settling !== undefined) await settling;
    return delivered;
  }

  /** Writes down how a delivery ended. A store that fails changes nothing about that. Undefined if it is done. */
  #settle(record: MessageRecord, delivered: Delivered, { deadline }: CallContext): Promise<void> | undefined {
    const waitMs = () => Math.min(longestWaitMs, Math.max(deadline.remainingMs(), 10));
    // Made when it is listened to: a store in memory has answered by then.
    const limit: Pick<Deadline, 'onEnd'> = { onEnd: (listener) => deadlineAfter(waitMs()).onEnd(listener) };
    return recordResult(this.#unsettled, limit, () => this.#deps.log.settle(record, delivered));
  }

  /**
   * A message without a key is sent even if the store is down. What it takes late is settled late. Undefined if there is
   * nothing to wait for.
   */
  #begin(begun: Begun, call: CallContext, waitMs: number): Promise<void> | undefined {
    const { record } = begun;
    const onAdded = () => {
      begun.isWritten = true;
    };
    const onLate = () => {
      onAdded();
      if (begun.delivered !== undefined) void this.#settle(record, begun.delivered, call);
    };
    const onFailed = (error: unknown) => this.#unrecorded.warn(error);
    let beginning: Awaitable<Added>;
    try {
      beginning = this.#deps.log.begin(record);
    } catch (error) {
      onFailed(error);
      return undefined;
    }
    if (!isThenable(beginning) && isAdded(beginning)) {
      onAdded();
      return undefined;
    }
    const options = { isAnswer: isAdded, onLate };
    return askStore(beforeSending, deadlineAfter(waitMs), () => beginning, options).then(onAdded, onFailed);
  }
}

function isAdded(answer: Added | undefined): boolean {
  return answer?.state === 'added';
}

/** A record whose message is on its way. */
interface Begun {
  readonly record: MessageRecord;
  /** Whether the store has it. */
  isWritten: boolean;
  /** How it ended, if it has. */
  delivered?: Delivered;
}

function idsOf(providers: readonly SmsProvider[]): readonly string[] {
  return providers.map(({ id }) => id);
}

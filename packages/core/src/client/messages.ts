import type { MessageState, UndeliveredReason } from '../contract/provider-events.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import type { DeliveryWatches } from '../messages/delivery-watches.js';
import type { MessageLog } from '../messages/message-log.js';
import type { AttemptRecord, MessageRecord, ReportEntry } from '../messages/message-record.js';
import { type AttemptOutcome, failureOf, outcomeOf, stateOf } from '../messages/message-state.js';
import type { MessageStore } from '../messages/message-store.js';
import { whileForgetting, whileReading } from '../messages/store-questions.js';
import type { Sweeper, SweepResult } from '../messages/sweeper.js';
import { parsePhoneNumber, parsePhoneNumberIn } from '../phone/parse.js';
import { maskPhoneNumber } from '../phone/phone-number.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { askStore } from '../stores/ask-store.js';
import { readId } from '../verification/verification-requests.js';
import type { InFlight } from './in-flight.js';

/** What became of messages after they were sent. */
export interface Messages {
  /** How the idempotency keys of `send()` are kept: what a queue must know before it repeats a call. */
  readonly keys: KeyKeeping;
  /**
   * Whether a provider of this client tells by itself what became of its messages. From one that does not, no `delivered`
   * ever comes. False for an id that is none.
   */
  reports(provider: string): boolean;
  /**
   * Where a message stands. Undefined if nothing is recorded under this id: none of its providers reports or can be
   * asked, and it had no idempotency key; or it is older than `messages.retainMs`.
   *
   * @throws SmsError `store_unavailable`, `invalid_request`
   */
  get(id: string): Promise<MessageStatus | undefined>;
  /**
   * Asks vendors about messages of which nobody knows whether they were sent. The client does so by itself, every
   * `messages.sweepEveryMs`. May run in several processes: each message is asked for by one.
   *
   * @throws SmsError `store_unavailable`
   */
  sweep(): Promise<SweepResult>;
  /**
   * Erases what is recorded of a phone's messages. What waits here for `deliverWithinMs` is not handed on any more. Their idempotency keys stay taken until they expire. Opt-outs stay.
   * Answers how many messages there were.
   *
   * @throws SmsError `store_unavailable`, `invalid_phone_number`
   */
  forget(phone: string): Promise<number>;
}

/** How idempotency keys are kept. */
export interface KeyKeeping {
  /** Whether other processes see them: false with a store in memory. */
  readonly isShared: boolean;
  /** For how long after its call, in milliseconds: the client's `idempotency.ttlMs`. */
  readonly ttlMs: number;
}

/** Where a message stands. */
export interface MessageStatus {
  readonly id: string;
  readonly kind: 'message' | 'verification';
  /** What a verification is for. */
  readonly purpose: string | undefined;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly createdAt: number;
  readonly state: MessageState;
  /** Why it was not delivered, if the vendor said. */
  readonly reason: UndeliveredReason | undefined;
  /** The vendor's own code or status. */
  readonly providerCode: string | undefined;
  /** The provider whose word the state is. */
  readonly provider: string | undefined;
  /** What is known at each provider, in the order in which they were asked. */
  readonly attempts: readonly AttemptStatus[];
}

/** What is known of a message at one provider. */
export interface AttemptStatus {
  readonly provider: string;
  readonly outcome: AttemptOutcome;
  /** Why it failed. */
  readonly code: SmsErrorCode | undefined;
  /** The vendor's ids of the message. */
  readonly references: readonly string[];
  /** What the vendor has reported, the farthest first. */
  readonly reports: readonly ReportEntry[];
  /** How often the vendor was asked, and what it said last. */
  readonly lookups: { readonly asked: number; readonly last: string } | undefined;
}

/** What {@link ClientMessages} work with. */
export interface ClientMessagesDeps {
  reports(provider: string): boolean;
  readonly keyTtlMs: number;
  readonly log: MessageLog;
  readonly store: MessageStore;
  readonly sweeper: Sweeper;
  readonly watches: Pick<DeliveryWatches, 'forget'>;
  readonly inFlight: InFlight;
  readonly deadlineMs: number;
  readonly defaultCountry: string | undefined;
}

/** The messages of a client. */
export class ClientMessages implements Messages {
  readonly keys: KeyKeeping;
  readonly #deps: ClientMessagesDeps;

  constructor(deps: ClientMessagesDeps) {
    this.keys = { isShared: deps.store.isShared, ttlMs: deps.keyTtlMs };
    this.#deps = deps;
  }

  reports(provider: string): boolean {
    return this.#deps.reports(provider);
  }

  async get(id: string): Promise<MessageStatus | undefined> {
    const read = readId('messages.get()', id, 'send()');
    const { log, deadlineMs } = this.#deps;
    const record = await this.#during(() => askStore(whileReading, deadlineAfter(deadlineMs), () => log.read(read)));
    return record && statusOf(record, Date.now());
  }

  sweep(): Promise<SweepResult> {
    return this.#during(() => this.#deps.sweeper.sweep());
  }

  async forget(phone: string): Promise<number> {
    const { store, watches, deadlineMs, defaultCountry } = this.#deps;
    const { e164 } = parsePhoneNumberIn(defaultCountry, phone);
    watches.forget(e164);
    return this.#during(() => askStore(whileForgetting, deadlineAfter(deadlineMs), () => store.forget(e164)));
  }

  async #during<Result>(work: () => Promise<Result>): Promise<Result> {
    const { inFlight } = this.#deps;
    inFlight.begin();
    try {
      return await work();
    } finally {
      inFlight.end();
    }
  }
}

function statusOf(record: MessageRecord, now: number): MessageStatus {
  const { id, kind, purpose, to, createdAt, attempts, settled, settlesBy } = record;
  const { state, by } = stateOf(record, now);
  const { reason, providerCode } = failureOf(by);
  const isOver = settled !== undefined || now >= settlesBy;
  return {
    id,
    kind,
    purpose,
    to: maskPhoneNumber(parsePhoneNumber(to)),
    createdAt,
    state,
    reason,
    providerCode,
    provider: by?.provider,
    attempts: attempts.map((attempt) => attemptStatus(attempt, isOver)),
  };
}

function attemptStatus(known: AttemptRecord, isOver: boolean): AttemptStatus {
  const { provider, attempt, accepted, history, lookups } = known;
  const { reference, references = [] } = accepted ?? {};
  const reported = history.flatMap((entry) => entry.reference ?? []);
  return {
    provider,
    outcome: outcomeOf(known, isOver),
    code: attempt?.code,
    references: [...new Set([...(reference === undefined ? [] : [reference]), ...references, ...reported])],
    // Copies: what the caller does to them is not to change a record in memory.
    reports: history.map(({ price, ...entry }) => ({
      ...entry,
      ...(price === undefined ? {} : { price: { ...price } }),
    })),
    lookups: lookups && { asked: lookups.asked, last: lookups.last },
  };
}

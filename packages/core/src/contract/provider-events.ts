import type { Price } from './outcomes.js';

/** What a vendor tells by itself. */
export type ProviderEvent = DeliveryReport | InboundMessage;

/**
 * What a vendor says has become of a message, the farthest first:
 * `delivered`: the phone has it. `undelivered`: the carrier could not deliver it. `rejected`: vendor or carrier refused
 * it after all. `expired`: it could not be delivered in time. `sent`: the carrier has it. `queued`: the vendor has it.
 */
export type ReportedState = (typeof reportedStates)[number];

/** Every {@link ReportedState}, the farthest first. */
export const reportedStates = ['delivered', 'undelivered', 'rejected', 'expired', 'sent', 'queued'] as const;

/**
 * Where a message stands. `sending`: its call may still run. `accepted`: a provider took it, and has told nothing since.
 * `queued` to `delivered`: as the vendor reports. `unknown`: it may or may not have been sent. `refused` and `not-sent`: it
 * was not sent.
 */
export type MessageState = 'sending' | 'accepted' | ReportedState | 'unknown' | 'refused' | 'not-sent';

/**
 * Why a message was not delivered:
 * `unknown_subscriber`: nobody has the number. `unreachable`: the phone is off, abroad or full. `not_mobile`: a landline.
 * `blocked`: on a block list. `opted_out`: the person wants none. `filtered`: taken for spam or fraud.
 * `unregistered_sender`: the sender is not registered there. `carrier_fault`: carrier or vendor failed. `other`: the rest.
 */
export type UndeliveredReason = (typeof undeliveredReasons)[number];

/** Every {@link UndeliveredReason}. */
export const undeliveredReasons = [
  'unknown_subscriber',
  'unreachable',
  'not_mobile',
  'blocked',
  'opted_out',
  'filtered',
  'unregistered_sender',
  'carrier_fault',
  'other',
] as const;

/** A delivery report. Whatever it says, it proves that the vendor took the message. */
export interface DeliveryReport {
  readonly kind: 'report';
  /** Our id of the message, if the vendor repeats it. Without it the message is found by `reference`. */
  readonly id?: string | undefined;
  /** The vendor's id of the message. A report has an `id`, a `reference`, or both. */
  readonly reference?: string | undefined;
  /** The phone in E.164, if the vendor names it. A report for another phone than the message's is not believed. */
  readonly to?: string | undefined;
  /** A status that nobody knows is `queued`: it says no more than that the vendor has the message. */
  readonly state: ReportedState;
  /** For `undelivered`, `rejected` and `expired`, if the vendor says why. */
  readonly reason?: UndeliveredReason | undefined;
  /** The vendor's own code or status. */
  readonly providerCode?: string | undefined;
  /** When it happened, in milliseconds since 1970, if the vendor says. */
  readonly at?: number | undefined;
  readonly segments?: number | undefined;
  readonly price?: Price | undefined;
}

/** A message from a phone to us. */
export interface InboundMessage {
  readonly kind: 'inbound';
  /** The vendor's id of the message, if it has one. What comes twice with one reference is told once. */
  readonly reference?: string | undefined;
  /** The phone, in E.164; what is no phone, such as a short code, as the vendor writes it. */
  readonly from: string;
  /** Our number, short code or sender name that the person wrote to, as the vendor writes it. */
  readonly to: string;
  readonly text: string;
  /** When it was sent, in milliseconds since 1970, if the vendor says. */
  readonly at?: number | undefined;
  /** What the vendor itself has taken it for. Without it the words decide. */
  readonly optOut?: 'stop' | 'start' | undefined;
}

/** Takes an event. Resolves when the event is stored, and only then may the vendor be told so; rejects if it is not. */
export type EventSink = (event: ProviderEvent) => Promise<void>;

/** A connection of our own over which the vendor talks. */
export interface ProviderEvents {
  /**
   * Connects at once, and again whenever the connection is lost, until what it returns is disposed of. The vendor is
   * told that an event has arrived when the sink has resolved; if the sink rejects, the vendor is to repeat the event.
   */
  listen(sink: EventSink): Disposable;
}

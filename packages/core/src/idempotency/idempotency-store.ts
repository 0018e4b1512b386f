import type { Receipt } from '../delivery/send-request.js';
import type { SmsErrorJson } from '../errors/sms-error.js';
import type { Awaitable } from '../stores/ask-store.js';

/**
 * Remembers what became of the messages that were sent under a key, so that each is sent once.
 *
 * Every operation is atomic, over all processes that share the store. A method that throws or rejects means that the store is
 * down; a call whose key could not be reserved must not be sent.
 */
export interface IdempotencyStore {
  /**
   * Reserves a key for a message, or says what is known of it.
   *
   * @param fingerprint what tells one message from another: see `fingerprintOf`
   * @param ttlMs how long the reservation holds, in milliseconds. Choose the whole lifetime of a key, not the time
   * of a call: if a process dies between `reserve` and `finish`, nobody knows whether it sent, and the reservation
   * is all that stops a second send.
   */
  reserve(key: string, fingerprint: string, ttlMs: number): Awaitable<Reservation>;
  /**
   * Records how the reserved call ended, for replays, and gives the key a new lifetime of `ttlMs`.
   * Does nothing unless the reservation with this token still holds.
   */
  finish(key: string, token: string, result: StoredResult, ttlMs: number): Awaitable<void>;
  /** Gives the key free again: nothing was sent. Does nothing unless the reservation with this token still holds. */
  release(key: string, token: string): Awaitable<void>;
}

/** What {@link IdempotencyStore.reserve} answers. */
export type Reservation =
  /** The key is the caller's: it may send, and must then `finish` or `release` with the token. */
  | { readonly state: 'reserved'; readonly token: string }
  /** The same message is being sent by another call, or was by a process that died. */
  | { readonly state: 'in-progress' }
  /** The same message has been sent, or nobody knows whether it was: repeat this result, and send nothing. */
  | { readonly state: 'finished'; readonly result: StoredResult }
  /** The key belongs to a message with other content. */
  | { readonly state: 'conflict' };

/** How a call ended that sent its message, or may have. Survives JSON; `version` is that of this shape. */
export type StoredResult = StoredAccepted | StoredUnknown;

/** A provider took the message. */
export interface StoredAccepted {
  readonly version: 1;
  readonly outcome: 'accepted';
  readonly receipt: Receipt;
}

/** The message may or may not have been sent. It stays so: replays repeat the error. */
export interface StoredUnknown {
  readonly version: 1;
  readonly outcome: 'unknown';
  readonly error: SmsErrorJson;
}

import type { Awaitable } from '../stores/ask-store.js';
import type { MessageRecord, ReportEntry } from './message-record.js';

/**
 * Remembers messages: what became of each, which idempotency key it has, and which reports wait for it.
 *
 * Every operation is atomic for the record, key or reference that it names, over all processes that share the store.
 * How records change is decided elsewhere, by pure functions: a store only replaces a record by the one that follows
 * it. A method that throws or rejects means that the store is down.
 */
export interface MessageStore {
  /** Whether other processes see what this one writes. */
  readonly isShared: boolean;
  /**
   * Adds a record of revision 1. With a claim, the record is added only if the key is free, or if the message that holds
   * it is the one that the claim may replace.
   *
   * @param keepMs how long the record is kept, in milliseconds
   */
  add(record: MessageRecord, keepMs: number, claim?: KeyClaim): Awaitable<Added>;
  /** A record by its id; undefined if there is none any more. */
  read(id: string): Awaitable<MessageRecord | undefined>;
  /**
   * Puts a record in the place of the one whose revision is one less. Its lifetime stays. Repeating it with an equal
   * record is `replaced` again.
   */
  replace(record: MessageRecord): Awaitable<Replaced>;
  /**
   * Says which message a vendor's reference means, and gives the reports that came with it before. They stay until they
   * expire: whoever asks again gets them again. A reference that meant another message before means this one from now on,
   * and the reports of the other one are gone.
   */
  link(provider: string, reference: string, id: string, keepMs: number): Awaitable<readonly ReportEntry[]>;
  /**
   * The message that a reference means. If that is not known yet, the report is kept for `waitMs`, for `link`: once,
   * however often it comes.
   */
  find(provider: string, reference: string, report: ReportEntry, waitMs: number): Awaitable<string | undefined>;
  /**
   * Ids of records whose `dueAt` is past, those that wait longest first. Whoever gets an id has it for `leaseMs`: nobody
   * else gets it until then, or until the record is replaced by one with another `dueAt`.
   *
   * @param now in milliseconds since 1970
   */
  claimDue(now: number, limit: number, leaseMs: number): Awaitable<readonly string[]>;
  /** Whether this is the first time that something is said within `keepMs`: an inbound message that a vendor repeats. */
  isFirst(what: string, keepMs: number): Awaitable<boolean>;
  /** Erases all records of a phone, given in E.164. Answers how many there were. Keys stay taken, until they expire. */
  forget(to: string): Awaitable<number>;
}

/** An idempotency key, for the message that is to have it. */
export interface KeyClaim {
  readonly key: string;
  /** What tells one message from another: see `fingerprintOf`. */
  readonly fingerprint: string;
  /** How long the key is taken, in milliseconds. */
  readonly ttlMs: number;
  /** The message that had the key, and was certainly not sent. */
  readonly replaces?: string | undefined;
}

/** What {@link MessageStore.add} answers. */
export type Added =
  | { readonly state: 'added' }
  /** The key belongs to a message with the same fingerprint. Its record is undefined if it cannot be read any more. */
  | { readonly state: 'held'; readonly id: string; readonly record: MessageRecord | undefined }
  /** The key belongs to a message with another fingerprint. */
  | { readonly state: 'conflict' };

/** What {@link MessageStore.replace} answers. */
export type Replaced =
  | { readonly state: 'replaced' }
  /** Another revision is there, or none. */
  | { readonly state: 'outdated'; readonly current: MessageRecord | undefined };

import { isDeepStrictEqual } from 'node:util';
import { configurationInvalid } from '../provider-kit/options.js';
import { type Awaitable, storeFull } from '../stores/ask-store.js';
import { type Expiring, ExpiryQueue, notHeld } from '../stores/expiry-queue.js';
import type { MessageRecord, ReportEntry } from './message-record.js';
import type { Added, KeyClaim, MessageStore, Replaced } from './message-store.js';

/** Options of a {@link MemoryMessageStore}. */
export interface MemoryMessageStoreOptions {
  /** Messages held at most, at least 1. Default 100000: about 100 MB. As many keys, references and waiting reports. */
  readonly maxMessages?: number | undefined;
  /** The time in milliseconds, from any beginning, never going back. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

interface Entry extends Expiring {
  readonly id: string;
  record: MessageRecord;
  readonly key: string | undefined;
  due: Due | undefined;
}

/** When the sweep may have it: a queue of its own, by the time of the caller. */
interface Due extends Expiring {
  readonly id: string;
}

interface Named extends Expiring {
  readonly name: string;
}

/** Which message has a key. */
interface KeyHolder extends Named, Pick<KeyClaim, 'fingerprint'> {
  readonly id: string;
}

/** What a reference means, or which reports wait until that is known. */
interface Reference extends Named {
  readonly id: string | undefined;
  readonly reports: readonly ReportEntry[];
}

/** Expired entries that one operation frees in passing, of each kind at most: none stalls the process. */
const sweptAtOnce = 4;
/** Reports that wait for one reference. */
const longestWait = 16;

/**
 * Messages in the memory of this process: they neither reach other processes nor survive a restart.
 *
 * When it is full, the settled message that expires soonest is forgotten. A message that is being sent under a key never
 * is, since it could then be sent twice: a store full of these refuses further ones.
 */
export class MemoryMessageStore implements MessageStore {
  readonly isShared = false;
  readonly #entries = new Map<string, Entry>();
  readonly #running = new ExpiryQueue<Entry>();
  readonly #settled = new ExpiryQueue<Entry>();
  readonly #due = new ExpiryQueue<Due>();
  readonly #keys: Names<KeyHolder>;
  readonly #references: Names<Reference>;
  readonly #said: Names<Named>;
  readonly #maxMessages: number;
  readonly #now: () => number;

  /** @throws SmsError `configuration_invalid` if `maxMessages` is no whole number above 0 */
  constructor({ maxMessages = 100_000, now = () => performance.now() }: MemoryMessageStoreOptions = {}) {
    if (!Number.isSafeInteger(maxMessages) || maxMessages < 1) {
      throw configurationInvalid('MemoryMessageStore: maxMessages: must be a whole number, at least 1');
    }
    this.#maxMessages = maxMessages;
    this.#now = now;
    // A key goes with its message, never alone: its message could then be sent twice.
    this.#keys = new Names(Number.POSITIVE_INFINITY);
    this.#references = new Names(maxMessages);
    this.#said = new Names(maxMessages);
  }

  /** @throws SmsError `store_unavailable` if the store is full of messages that are being sent; nothing is added then */
  add(record: MessageRecord, keepMs: number, claim?: KeyClaim): Awaitable<Added> {
    const now = this.#now();
    this.#sweep(now);
    const held = claim && this.#keys.get(claim.key, now);
    if (claim !== undefined && held !== undefined && held.id !== record.id) {
      if (held.fingerprint !== claim.fingerprint) return { state: 'conflict' };
      if (held.id !== claim.replaces) return { state: 'held', id: held.id, record: this.read(held.id) };
    }
    const known = this.#entries.get(record.id);
    if (known === undefined) this.#makeRoom();
    if (claim !== undefined) {
      const { key, fingerprint, ttlMs } = claim;
      this.#keys.set(
        {
          name: key,
          fingerprint,
          id: record.id,
          expiresAt: now + ttlMs,
          position: notHeld,
          earlier: undefined,
          later: undefined,
        },
        now,
      );
    }
    this.#put(record, known, now + Math.max(keepMs, claim?.ttlMs ?? 0), claim?.key);
    return added;
  }

  read(id: string): MessageRecord | undefined {
    return this.#entryOf(id)?.record;
  }

  replace(record: MessageRecord): Awaitable<Replaced> {
    const entry = this.#entryOf(record.id);
    if (entry?.record.revision !== record.revision - 1) {
      // Whoever has not heard the answer asks again.
      if (isDeepStrictEqual(entry?.record, record)) return replaced;
      return { state: 'outdated', current: entry?.record };
    }
    this.#replaceIn(entry, record);
    return replaced;
  }

  link(provider: string, reference: string, id: string, keepMs: number): Awaitable<readonly ReportEntry[]> {
    const now = this.#now();
    const name = referenceName(provider, reference);
    const known = this.#references.get(name, now);
    // A vendor may use a reference again: what was told of one message is not told of the next.
    const reports = known === undefined || (known.id !== undefined && known.id !== id) ? [] : known.reports;
    this.#references.set(
      { name, id, reports, expiresAt: now + keepMs, position: notHeld, earlier: undefined, later: undefined },
      now,
    );
    return reports;
  }

  find(provider: string, reference: string, report: ReportEntry, waitMs: number): Awaitable<string | undefined> {
    const now = this.#now();
    const name = referenceName(provider, reference);
    const known = this.#references.get(name, now);
    if (known?.id !== undefined) return known.id;
    const others = (known?.reports ?? []).filter((each) => !isDeepStrictEqual(each, report));
    const reports = [...others, report].slice(-longestWait);
    this.#references.set(
      {
        name,
        id: undefined,
        reports,
        expiresAt: now + waitMs,
        position: notHeld,
        earlier: undefined,
        later: undefined,
      },
      now,
    );
    return undefined;
  }

  claimDue(now: number, limit: number, leaseMs: number): Awaitable<readonly string[]> {
    const ids: string[] = [];
    for (let next = this.#due.soonest; ids.length < limit; next = this.#due.soonest) {
      if (next === undefined || next.expiresAt > now) break;
      const entry = this.#entryOf(next.id);
      // An entry that expires takes its place in the queue with it.
      if (entry === undefined) continue;
      this.#due.remove(next);
      entry.due = { id: next.id, expiresAt: now + leaseMs, position: notHeld, earlier: undefined, later: undefined };
      this.#due.add(entry.due);
      ids.push(next.id);
    }
    return ids;
  }

  isFirst(what: string, keepMs: number): Awaitable<boolean> {
    const now = this.#now();
    if (this.#said.get(what, now) !== undefined) return false;
    this.#said.set(
      { name: what, expiresAt: now + keepMs, position: notHeld, earlier: undefined, later: undefined },
      now,
    );
    return true;
  }

  forget(to: string): Awaitable<number> {
    const now = this.#now();
    const entries = [...this.#entries.values()].filter(({ record }) => record.to === to);
    for (const entry of entries) this.#remove(entry);
    return entries.filter(({ expiresAt }) => expiresAt > now).length;
  }

  #put(record: MessageRecord, known: Entry | undefined, expiresAt: number, key: string | undefined): void {
    if (known !== undefined) this.#remove(known);
    const { id } = record;
    const entry = {
      id,
      record,
      key,
      expiresAt,
      position: notHeld,
      earlier: undefined,
      later: undefined,
      due: dueOf(record, known),
    };
    this.#entries.set(id, entry);
    this.#enqueue(entry);
  }

  /** In its place: most records are replaced once, and a map that grows and shrinks all the time is slow. */
  #replaceIn(entry: Entry, record: MessageRecord): void {
    this.#dequeue(entry);
    entry.due = dueOf(record, entry);
    entry.record = record;
    this.#enqueue(entry);
  }

  /** The entry of an id; one that has expired is removed and does not count. */
  #entryOf(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.expiresAt > this.#now()) return entry;
    this.#remove(entry);
    return undefined;
  }

  #sweep(now: number): void {
    for (const queue of [this.#running, this.#settled]) {
      for (let swept = 0; swept < sweptAtOnce; swept += 1) {
        const { soonest } = queue;
        if (soonest === undefined || soonest.expiresAt > now) break;
        this.#remove(soonest);
      }
    }
  }

  #makeRoom(): void {
    if (this.#entries.size < this.#maxMessages) return;
    const { soonest } = this.#settled;
    if (soonest === undefined) {
      throw storeFull(
        `The message store is full: ${this.#maxMessages} messages are being sent. Send fewer at a time, or raise maxMessages.`,
      );
    }
    this.#remove(soonest);
    if (soonest.key !== undefined && this.#keys.get(soonest.key, Number.NEGATIVE_INFINITY)?.id === soonest.id)
      this.#keys.delete(soonest.key);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#dequeue(entry);
  }

  #enqueue(entry: Entry): void {
    this.#queueOf(entry).add(entry);
    if (entry.due !== undefined) this.#due.add(entry.due);
  }

  #dequeue(entry: Entry): void {
    this.#queueOf(entry).remove(entry);
    if (entry.due !== undefined) this.#due.remove(entry.due);
  }

  #queueOf({ record }: Entry): ExpiryQueue<Entry> {
    return record.settled === undefined ? this.#running : this.#settled;
  }
}

const added: Added = Object.freeze({ state: 'added' });
const replaced: Replaced = Object.freeze({ state: 'replaced' });

/** When the sweep may have a record. Whoever looks at it now keeps it: only another time ends the lease. */
function dueOf({ id, dueAt }: MessageRecord, known: Entry | undefined): Due | undefined {
  if (dueAt === undefined) return undefined;
  const leasedUntil = known?.record.dueAt === dueAt ? known.due?.expiresAt : undefined;
  return { id, expiresAt: leasedUntil ?? dueAt, position: notHeld, earlier: undefined, later: undefined };
}

/** What expires, by name; when there are too many, the one that expires soonest goes. */
class Names<Item extends Named> {
  readonly #items = new Map<string, Item>();
  readonly #queue = new ExpiryQueue<Item>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(name: string, now: number): Item | undefined {
    const item = this.#items.get(name);
    return item === undefined || item.expiresAt <= now ? undefined : item;
  }

  set(item: Item, now: number): void {
    const known = this.#items.get(item.name);
    if (known !== undefined) this.#remove(known);
    for (let swept = 0; swept < sweptAtOnce; swept += 1) {
      const { soonest } = this.#queue;
      if (soonest === undefined || (soonest.expiresAt > now && this.#items.size < this.#max)) break;
      this.#remove(soonest);
    }
    this.#items.set(item.name, item);
    this.#queue.add(item);
  }

  delete(name: string): void {
    const item = this.#items.get(name);
    if (item !== undefined) this.#remove(item);
  }

  #remove(item: Item): void {
    this.#items.delete(item.name);
    this.#queue.remove(item);
  }
}

/** The length in front, so that no provider's id can pass for the beginning of a reference. */
function referenceName(provider: string, reference: string): string {
  return `${provider.length}:${provider}:${reference}`;
}

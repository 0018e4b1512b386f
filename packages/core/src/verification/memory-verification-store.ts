import { configurationInvalid } from '../provider-kit/options.js';
import { type Awaitable, storeFull } from '../stores/ask-store.js';
import { type Expiring, ExpiryQueue, notHeld } from '../stores/expiry-queue.js';
import { checkSubject, concludeSubject } from './subject-checks.js';
import {
  cancelChallenge,
  endSubject,
  forgetRecordAt,
  openChallenge,
  prune,
  readSubject,
  type SubjectRecord,
  settleChallenge,
} from './subject-record.js';
import type {
  CheckConclusion,
  CheckStep,
  NewChallenge,
  Opening,
  SentCodes,
  StoreCheck,
  SubjectState,
  VerificationStore,
} from './verification-store.js';

/** Options of a {@link MemoryVerificationStore}. */
export interface MemoryVerificationStoreOptions {
  /** Phones and purposes remembered at most, at least 1. Default 100000: about 80 MB with one challenge each. */
  readonly maxSubjects?: number | undefined;
  /** The time in milliseconds, from any beginning, never going back. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

interface Entry extends SubjectRecord, Expiring {
  readonly subject: string;
  expiresAt: number;
}

const unknownSubject: SubjectState = { challenges: [], failures: 0, failuresEndInMs: 0 };

/** Expired subjects that one opening frees in passing, at most: none stalls the process. */
const sweptAtOnce = 4;

/**
 * Verifications in the memory of this process: they neither reach other processes nor survive a restart.
 *
 * When it is full, it refuses further subjects: a subject that was forgotten would have its failures back. It answers at
 * once, without promises.
 */
export class MemoryVerificationStore implements VerificationStore {
  readonly isShared = false;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new ExpiryQueue<Entry>();
  readonly #maxSubjects: number;
  readonly #now: () => number;

  /** @throws SmsError `configuration_invalid` if `maxSubjects` is no whole number above 0 */
  constructor({ maxSubjects = 100_000, now = () => performance.now() }: MemoryVerificationStoreOptions = {}) {
    if (!Number.isSafeInteger(maxSubjects) || maxSubjects < 1) {
      throw configurationInvalid('MemoryVerificationStore: maxSubjects: must be a whole number, at least 1');
    }
    this.#maxSubjects = maxSubjects;
    // Whole milliseconds, as in stores outside the process: whoever waits for a time that it was told waits long enough.
    this.#now = () => Math.floor(now());
  }

  /** @throws SmsError `store_unavailable` if the store is full; nothing is saved then */
  open(challenge: NewChallenge): Awaitable<Opening> {
    const now = this.#now();
    this.#sweep(now);
    const entry = this.#entryAt(challenge.subject, now) ?? this.#newEntry(challenge.subject);
    const opening = openChallenge(entry, challenge, now);
    this.#keep(entry);
    return opening;
  }

  settle(subject: string, id: string, sent: SentCodes): Awaitable<void> {
    this.#withRecord(subject, undefined, (record) => settleChallenge(record, id, sent));
  }

  check(check: StoreCheck): Awaitable<CheckStep> {
    const unknown: CheckStep = { state: 'not-found' };
    return this.#withRecord(check.subject, unknown, (record, now) => checkSubject(record, check, now));
  }

  conclude(conclusion: CheckConclusion): Awaitable<'approved' | 'refunded' | 'not-found'> {
    return this.#withRecord(conclusion.subject, 'not-found', (record, now) => concludeSubject(record, conclusion, now));
  }

  cancel(subject: string, id: string): Awaitable<boolean> {
    return this.#withRecord(subject, false, (record, now) => cancelChallenge(record, id, now));
  }

  read(subject: string): Awaitable<SubjectState> {
    return this.#withRecord(subject, unknownSubject, readSubject);
  }

  end(subject: string, keepMs: number): Awaitable<SubjectState> {
    return this.#withRecord(subject, unknownSubject, (record, now) => endSubject(record, keepMs, now));
  }

  #withRecord<Answer>(subject: string, unknown: Answer, operation: (record: Entry, now: number) => Answer): Answer {
    const now = this.#now();
    const entry = this.#entryAt(subject, now);
    if (entry === undefined) return unknown;
    const answer = operation(entry, now);
    this.#keep(entry);
    return answer;
  }

  /** The entry of a subject, without what has expired of it. */
  #entryAt(subject: string, now: number): Entry | undefined {
    const entry = this.#entries.get(subject);
    if (entry !== undefined) prune(entry, now);
    return entry;
  }

  /** An entry that is not kept yet. */
  #newEntry(subject: string): Entry {
    if (this.#entries.size >= this.#maxSubjects) {
      throw storeFull(
        `The verification store is full: ${this.#maxSubjects} subjects are remembered. Start fewer verifications at a time, or raise maxSubjects.`,
      );
    }
    return {
      subject,
      challenges: [],
      failures: undefined,
      expiresAt: 0,
      position: notHeld,
      earlier: undefined,
      later: undefined,
    };
  }

  /** Keeps an entry, new or changed, for as long as it matters. */
  #keep(entry: Entry): void {
    const expiresAt = forgetRecordAt(entry);
    if (expiresAt === entry.expiresAt) return;
    if (expiresAt === undefined) {
      this.#remove(entry);
      return;
    }
    if (entry.position === notHeld) this.#entries.set(entry.subject, entry);
    else this.#queue.remove(entry);
    entry.expiresAt = expiresAt;
    this.#queue.add(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.subject);
    if (entry.position !== notHeld) this.#queue.remove(entry);
  }

  #sweep(now: number): void {
    for (let swept = 0; swept < sweptAtOnce; swept += 1) {
      const { soonest } = this.#queue;
      if (soonest === undefined || soonest.expiresAt > now) return;
      this.#remove(soonest);
    }
  }
}

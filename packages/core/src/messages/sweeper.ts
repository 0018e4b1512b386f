import type { LookupOutcome } from '../contract/lookup.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { settleByDeadline } from '../delivery/account.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { askStore } from '../stores/ask-store.js';
import { type LookupOf, nextLookupAt } from './lookup-schedule.js';
import type { MessageLog } from './message-log.js';
import type { MessageRecord } from './message-record.js';
import type { MessageStore } from './message-store.js';
import { whileReading } from './store-questions.js';

/** What one sweep did. */
export interface SweepResult {
  /** Messages that were looked at. */
  readonly messages: number;
  /** Look-ups that vendors were asked for. */
  readonly lookups: number;
}

/** What a {@link Sweeper} works with. */
export interface SweeperDeps {
  readonly store: MessageStore;
  readonly log: MessageLog;
  readonly providers: ReadonlyMap<string, SmsProvider>;
  /** For one look-up, and for one question to the store, in milliseconds. */
  readonly deadlineMs: number;
}

/** Messages of one step; several are looked up at once. */
const batchSize = 50;
const atOnce = 8;

/** Asks vendors what became of messages of which nobody knows. Each message is asked for by one process at a time. */
export class Sweeper {
  readonly #deps: SweeperDeps;
  #isStopped = false;

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
  }

  /**
   * Looks at every message that is due. Settles when all look-ups that it has begun have.
   *
   * @throws SmsError `store_unavailable`, when what it had claimed has been looked at
   */
  async sweep(): Promise<SweepResult> {
    let messages = 0;
    let lookups = 0;
    while (!this.#isStopped) {
      const ids = await this.#claim();
      const left = [...ids];
      const failures: unknown[] = [];
      const work = async () => {
        for (let id = left.shift(); id !== undefined && !this.#isStopped; id = left.shift()) {
          try {
            // Not added to what the sum was before the wait: others add to it meanwhile.
            const asked = await this.#resolve(id);
            lookups += asked;
          } catch (error) {
            // The others are claimed already: nobody else would look at them for a while.
            failures.push(error);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      messages += ids.length;
      if (failures.length > 0) throw failures[0];
      if (ids.length < batchSize) break;
    }
    return { messages, lookups };
  }

  /** Lets look-ups under way settle, and begins no further ones. */
  stop(): void {
    this.#isStopped = true;
  }

  #claim(): Promise<readonly string[]> {
    const { store, deadlineMs } = this.#deps;
    // Long enough for all look-ups of the batch: a process that dies gives its messages to the next.
    const leaseMs = Math.ceil((batchSize / atOnce) * deadlineMs * 4);
    return askStore(whileReading, deadlineAfter(deadlineMs), () => store.claimDue(Date.now(), batchSize, leaseMs), {
      isAnswer: Array.isArray,
    });
  }

  async #resolve(id: string): Promise<number> {
    const { log, deadlineMs } = this.#deps;
    const record = await askStore(whileReading, deadlineAfter(deadlineMs), () => log.read(id));
    if (record === undefined) return 0;
    const providers = this.#dueAt(record);
    if (providers.length === 0) await this.#write(() => log.reschedule(record));
    for (const provider of providers) await this.#ask(record, provider);
    return providers.length;
  }

  /**
   * The providers that may know more, and whose turn it is: each has waits of its own. Before its turn an absence would
   * prove nothing, since the vendor's list may be behind.
   */
  #dueAt(record: MessageRecord): readonly SmsProvider[] {
    const { providers } = this.#deps;
    const now = Date.now();
    const lookupOf: LookupOf = (id) => providers.get(id)?.lookup ?? undefined;
    return record.providers.flatMap((id) => {
      const due = nextLookupAt(record, id, lookupOf);
      return due === undefined || due > now ? [] : (providers.get(id) ?? []);
    });
  }

  /** A store that hangs must not hold up the sweep, and the client that closes. */
  #write(write: () => Promise<void>): Promise<void> {
    return askStore(whileReading, deadlineAfter(this.#deps.deadlineMs), write);
  }

  async #ask(record: MessageRecord, provider: SmsProvider): Promise<void> {
    const { lookup } = provider;
    if (lookup === null) return;
    const { id, to, createdAt, settlesBy, attempts } = record;
    const known = attempts.find((each) => each.provider === provider.id);
    const reference = known?.accepted?.reference;
    const query = {
      id,
      to: parsePhoneNumber(to),
      ...(reference === undefined ? {} : { reference }),
      sentFrom: createdAt,
      sentUntil: settlesBy,
    };
    const deadline = deadlineAfter(this.#deps.deadlineMs);
    const outcome: LookupOutcome = await settleByDeadline(() => lookup.find(query, { deadline }), deadline, 'lookup');
    await this.#write(() => this.#deps.log.lookedUp(record, provider.id, outcome));
  }
}

import type { LookupOutcome, MessageLookup } from '../contract/lookup.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { settleByDeadline } from '../delivery/account.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { askStore } from '../stores/ask-store.js';
import { type LookupOf, nextLookupAt } from './lookup-schedule.js';
import type { LookupAnswer, MessageLog } from './message-log.js';
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

/** A provider that can be asked. */
type Askable = Pick<SmsProvider, 'id'> & { readonly lookup: MessageLookup };

/** Messages that are looked at at the same time, each claimed just before. */
const atOnce = 8;
/** Calls end a little after their deadlines. */
const graceMs = 1_000;

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
    const failures: unknown[] = [];
    const work = async (first: string) => {
      let id: string | undefined = first;
      while (id !== undefined) {
        messages += 1;
        try {
          // Not added to what the sum was before the wait: others add to it meanwhile.
          const asked = await this.#resolve(id);
          lookups += asked;
        } catch (error) {
          failures.push(error);
        }
        id = undefined;
        // One record that cannot be read must not keep others from being looked at; a store that fails is left alone.
        if (!this.#isStopped && failures.length < atOnce) [id] = await this.#claim(1);
      }
    };
    const ids = this.#isStopped ? [] : await this.#claim(atOnce);
    const failed = (error: unknown) => void failures.push(error);
    await Promise.all(ids.map((id) => work(id).catch(failed)));
    if (failures.length > 0) throw failures[0];
    return { messages, lookups };
  }

  /** Lets look-ups under way settle, and begins no further ones. */
  stop(): void {
    this.#isStopped = true;
  }

  #claim(limit: number): Promise<readonly string[]> {
    const { store, deadlineMs } = this.#deps;
    // A message is claimed, read, asked about and written down. A process that dies gives it to the next after that time.
    const leaseMs = Math.ceil(4 * deadlineMs) + graceMs;
    const ask = () => store.claimDue(Date.now(), limit, leaseMs);
    return askStore(whileReading, deadlineAfter(deadlineMs), ask, { isAnswer: Array.isArray });
  }

  async #resolve(id: string): Promise<number> {
    const { log, deadlineMs } = this.#deps;
    const record = await askStore(whileReading, deadlineAfter(deadlineMs), () => log.read(id));
    if (record === undefined) return 0;
    const providers = this.#dueAt(record);
    const answers = await Promise.all(providers.map((provider) => this.#ask(record, provider)));
    // A store that hangs must not hold up the sweep, and the client that closes.
    await askStore(whileReading, deadlineAfter(deadlineMs), () =>
      answers.length === 0 ? log.reschedule(record) : log.lookedUp(record, answers),
    );
    return answers.length;
  }

  /**
   * The providers that may know more, and whose turn it is: each has waits of its own. Before its turn an absence would
   * prove nothing, since the vendor's list may be behind.
   */
  #dueAt(record: MessageRecord): readonly Askable[] {
    const { providers } = this.#deps;
    const now = Date.now();
    const lookupOf: LookupOf = (id) => providers.get(id)?.lookup;
    return record.providers.flatMap((id) => {
      const lookup = lookupOf(id);
      const due = nextLookupAt(record, id, lookupOf);
      return !lookup || due === undefined || due > now ? [] : { id, lookup };
    });
  }

  async #ask(record: MessageRecord, { id: provider, lookup }: Askable): Promise<LookupAnswer> {
    const { id, to, createdAt, settlesBy, attempts } = record;
    const known = attempts.find((each) => each.provider === provider);
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
    return { provider, outcome };
  }
}

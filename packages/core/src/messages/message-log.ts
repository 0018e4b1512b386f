import type { LookupOutcome } from '../contract/lookup.js';
import type { DeliveryReport } from '../contract/provider-events.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { Delivered, Delivery } from '../delivery/router.js';
import { type Attempt, SmsError } from '../errors/sms-error.js';
import { isThenable, Listeners, warnOfListener } from '../listeners/listeners.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { maskPhoneNumber } from '../phone/phone-number.js';
import { askWithoutThrow } from '../stores/and-then.js';
import type { Awaitable } from '../stores/ask-store.js';
import type { EventHub } from '../telemetry/events.js';
import { afterEndMs, type LookupOf, nextLookup } from './lookup-schedule.js';
import { withReport } from './merge-reports.js';
import { entryOf, referencesOf, withLookup, withSettlement } from './message-changes.js';
import type { MessageRecord, ReportEntry } from './message-record.js';
import { outcomeOf, stateOf } from './message-state.js';
import type { Added, KeyClaim, MessageStore, Replaced } from './message-store.js';

/** What a {@link MessageLog} works with. */
export interface MessageLogDeps {
  readonly store: MessageStore;
  /** How long a record is kept, in milliseconds. */
  readonly retainMs: number;
  readonly providers: ReadonlyMap<string, SmsProvider>;
  readonly events: EventHub;
}

/** What a provider said when it was asked about a message. */
export interface LookupAnswer {
  readonly provider: string;
  readonly outcome: LookupOutcome;
}

/** Reports that nobody claims are kept for an hour, for a settlement that is late. */
const unclaimedMs = 3_600_000;
/** Writers of one record at the same time: reports of one message, and its settlement. */
const mostTurns = 100;

/** A report with what tells that it is of another phone. */
interface WaitingReport extends ReportEntry {
  readonly phoneEnding?: string | undefined;
}

/** Four digits, as masked numbers show them. */
const endingOf = (phone: string) => phone.slice(-4);

/** What a record is to become; undefined if it is to stay as it is. */
type Change = (current: MessageRecord) => MessageRecord | undefined;

/** A record before and after a change. */
interface Updated {
  readonly before: MessageRecord;
  readonly record: MessageRecord;
}

/** Keeps the records of messages: begins and settles them, and takes in what is told of them. */
export class MessageLog {
  readonly #deps: MessageLogDeps;
  readonly #lookupOf: LookupOf;
  /** Told of every record that a report or a look-up has changed. */
  readonly changes = new Listeners<MessageRecord>(warnOfListener('a change of a message'));

  constructor(deps: MessageLogDeps) {
    this.#deps = deps;
    this.#lookupOf = (provider) => deps.providers.get(provider)?.lookup;
  }

  /** The first record of a message that is about to be sent. */
  newRecord(
    { id, kind, purpose, to }: Pick<Delivery, 'id' | 'kind' | 'purpose' | 'to'>,
    providers: readonly string[],
    endsInMs: number,
  ): MessageRecord {
    const createdAt = Date.now();
    const settlesBy = createdAt + Math.ceil(endsInMs);
    const canAsk = providers.some((provider) => Boolean(this.#lookupOf(provider)));
    return {
      version: 1,
      id,
      revision: 1,
      kind,
      purpose,
      to: to.e164,
      createdAt,
      settlesBy,
      providers,
      settled: undefined,
      attempts: [],
      dueAt: canAsk ? settlesBy + afterEndMs : undefined,
    };
  }

  /** Writes the first record down; with a claim, if the key is free. */
  begin(record: MessageRecord, claim?: KeyClaim): Awaitable<Added> {
    return this.#deps.store.add(record, this.#deps.retainMs, claim);
  }

  /**
   * Writes down how a call ended. What the vendor calls the message is linked at the same time, so that a report that
   * came first is found. If one of the two fails, the other is done all the same. Rejects, never throws.
   */
  settle(record: MessageRecord, delivered: Delivered): Awaitable<void> {
    const { store, retainMs } = this.#deps;
    const { accepted, attempts } = delivered;
    const provider = attempts.at(-1)?.provider ?? '';
    const references = accepted === undefined || !this.#reports(provider) ? [] : referencesOf(accepted);
    const linking = references.map((reference) =>
      askWithoutThrow(() => store.link(provider, reference, record.id, retainMs)),
    );
    const settling = askWithoutThrow(() =>
      this.#update(record, (current) => withSettlement(current, delivered, Date.now())),
    );
    // Without anything to wait for, a settlement in memory is one step.
    if (linking.length === 0 && !isThenable(settling)) return this.#settled(settling, attempts);
    return this.#settledAndLinked(settling, linking, provider, attempts);
  }

  /** Either may reject. What is written down is told also if a link is not. */
  async #settledAndLinked(
    settling: Awaitable<Updated | undefined>,
    linking: readonly Awaitable<readonly ReportEntry[]>[],
    provider: string,
    attempts: readonly Attempt[],
  ): Promise<void> {
    const linked = Promise.all(linking);
    // It is heard below, unless the settlement fails first.
    linked.catch(() => {});
    const settled = await settling;
    this.#settled(settled, attempts);
    const waiting = await linked;
    if (settled === undefined) return;
    for (const report of waiting.flat()) await this.#takeIn(settled.record.id, provider, report);
  }

  /** A report that came before the end of its call has proved what the call does not know, and nobody watched it yet. */
  #settled(settled: Updated | undefined, attempts: readonly Attempt[]): void {
    if (settled === undefined) return;
    const { before, record } = settled;
    let hasCome = false;
    for (const { provider, outcome } of attempts) {
      const known = before.attempts.find((each) => each.provider === provider);
      if (known === undefined || known.attempt !== undefined || known.history.length === 0) continue;
      hasCome = true;
      if (outcome === 'unknown') this.#emitResolved(record, provider, 'accepted', 'report');
    }
    if (hasCome) this.changes.emit(record);
  }

  /**
   * Takes in a report, and gives the record of its message. One of a message that nobody knows yet is kept for its
   * settlement.
   *
   * @throws whatever the store throws: then the vendor must repeat the report
   */
  async report(provider: string, report: DeliveryReport): Promise<MessageRecord | undefined> {
    const entry = entryOf(report);
    if (entry === undefined) return undefined;
    const { id, reference, to } = report;
    const named = id === undefined ? undefined : await this.#takeIn(id, provider, entry, to);
    if (named !== undefined || reference === undefined) return named;
    // A report that waits must not hold the phone: nobody could erase it.
    const waiting = to === undefined ? entry : { ...entry, phoneEnding: endingOf(to) };
    const found = await this.#deps.store.find(provider, reference, waiting, unclaimedMs);
    return found === undefined ? undefined : this.#takeIn(found, provider, entry, to);
  }

  /**
   * Takes in what look-ups gave, and says when the sweep is to come again. All at once: after the first of several writes
   * another process could ask for the rest.
   */
  async lookedUp(record: MessageRecord, answers: readonly LookupAnswer[]): Promise<void> {
    const updated = await this.#update(record, (current) => {
      const now = Date.now();
      return answers.reduce((known, { provider, outcome }) => {
        const absenceProves = this.#lookupOf(provider)?.absenceProves ?? false;
        return withLookup(known, provider, outcome, { now, absenceProves });
      }, current);
    });
    if (updated === undefined) return;
    for (const { provider } of answers) this.#tellResolved(updated.before, updated.record, provider, 'lookup');
    this.changes.emit(updated.record);
    for (const { provider, outcome } of answers) await this.#linkFound(record.id, provider, outcome);
  }

  /** Nobody knew the vendor's name for a message until a look-up found it, so its reports may wait. */
  async #linkFound(id: string, provider: string, outcome: LookupOutcome): Promise<void> {
    if (outcome.outcome !== 'found' || outcome.reference === undefined || !this.#reports(provider)) return;
    const { store, retainMs } = this.#deps;
    const waiting = await store.link(provider, outcome.reference, id, retainMs);
    for (const report of waiting) await this.#takeIn(id, provider, report);
  }

  /** Puts off a record that has nothing to be asked now. */
  async reschedule(record: MessageRecord): Promise<void> {
    await this.#update(record, (current) => current);
  }

  read(id: string): Awaitable<MessageRecord | undefined> {
    return this.#deps.store.read(id);
  }

  /** The record that has taken in the report, or knew it. */
  async #takeIn(
    id: string,
    provider: string,
    { phoneEnding, ...report }: WaitingReport,
    to?: string,
  ): Promise<MessageRecord | undefined> {
    const known = await this.#deps.store.read(id);
    if (known === undefined || !known.providers.includes(provider)) return undefined;
    if (to !== undefined && to !== known.to) return undefined;
    if (phoneEnding !== undefined && phoneEnding !== endingOf(known.to)) return undefined;
    const updated = await this.#update(known, (current) => withReport(current, provider, report));
    if (updated === undefined) return known;
    const { before, record } = updated;
    this.#tellResolved(before, record, provider, 'report');
    this.#tellReport(record, provider, report);
    return record;
  }

  /**
   * Changes a record, however many others change it at the same time. `change` is asked again for what is there then. The
   * moment at which the sweep is to look at it next comes along.
   * Undefined if nothing was to be changed, or the record is gone.
   */
  #update(known: MessageRecord, change: Change, turn = 0): Awaitable<Updated | undefined> {
    if (turn === mostTurns) {
      throw new SmsError({
        code: 'store_unavailable',
        outcome: 'unknown',
        message: 'The message store has not taken a change: others changed the record each time.',
      });
    }
    const changed = change(known);
    if (changed === undefined) return undefined;
    const dueAt = nextLookup(changed, this.#lookupOf);
    if (changed === known && dueAt === known.dueAt) return undefined;
    const record = { ...changed, revision: known.revision + 1, dueAt };
    const updated = { before: known, record };
    const replacing = this.#deps.store.replace(record);
    return isThenable(replacing)
      ? Promise.resolve(replacing).then((replaced) => this.#updated(replaced, updated, change, turn))
      : this.#updated(replacing, updated, change, turn);
  }

  #updated(replaced: Replaced, updated: Updated, change: Change, turn: number): Awaitable<Updated | undefined> {
    if (replaced.state === 'replaced') return updated;
    return replaced.current === undefined ? undefined : this.#update(replaced.current, change, turn + 1);
  }

  #reports(provider: string): boolean {
    const known = this.#deps.providers.get(provider);
    return known !== undefined && (known.webhooks !== null || known.events !== null);
  }

  #tellReport(record: MessageRecord, provider: string, { state, reason, providerCode, at }: ReportEntry): void {
    this.changes.emit(record);
    const { events } = this.#deps;
    if (!events.hasListeners('report')) return;
    const { id, kind, purpose, to } = record;
    events.emit('report', {
      id,
      kind,
      purpose,
      provider,
      to: maskPhoneNumber(parsePhoneNumber(to)),
      reported: state,
      reason,
      providerCode,
      at,
      state: stateOf(record, Date.now()).state,
    });
  }

  #tellResolved(before: MessageRecord, record: MessageRecord, provider: string, by: 'report' | 'lookup'): void {
    const now = Date.now();
    const [was, is] = [before, record].map((each) => {
      const attempt = each.attempts.find((one) => one.provider === provider);
      // Of a call that died nobody knew whom it had asked.
      const isOver = each.settled !== undefined || now >= each.settlesBy + afterEndMs;
      return outcomeOf(attempt ?? { provider, history: [] }, isOver);
    });
    if (was === 'unknown' && (is === 'accepted' || is === 'not-sent')) this.#emitResolved(record, provider, is, by);
  }

  #emitResolved(
    record: MessageRecord,
    provider: string,
    outcome: 'accepted' | 'not-sent',
    by: 'report' | 'lookup',
  ): void {
    const { events } = this.#deps;
    if (!events.hasListeners('resolved')) return;
    const { id, kind, purpose, to } = record;
    events.emit('resolved', {
      id,
      kind,
      purpose,
      provider,
      to: maskPhoneNumber(parsePhoneNumber(to)),
      outcome,
      by,
    });
  }
}

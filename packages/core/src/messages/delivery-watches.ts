import type { SmsProvider } from '../contract/sms-provider.js';
import type { Delivered, Delivery, Router } from '../delivery/router.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { type Clock, deadlineAfter, monotonicClock } from '../provider-kit/deadline.js';
import { askStore } from '../stores/ask-store.js';
import { deliveryStep } from './delivered-or-next.js';
import type { MessageLog } from './message-log.js';
import type { MessageRecord } from './message-record.js';
import { failureOf, stateOf } from './message-state.js';
import { whileReading } from './store-questions.js';

/** What {@link DeliveryWatches} work with. */
export interface DeliveryWatchesDeps {
  readonly router: Router;
  readonly log: MessageLog;
  /** Whether a provider reports: from one that does not, no `delivered` ever comes. */
  reports(provider: string): boolean;
  readonly maxAttempts: number;
  /** For one failover, in milliseconds. */
  readonly deadlineMs: number;
  /** Counts the calls under way. `begin` throws if the client is closed. */
  readonly inFlight: { begin(): void; end(): void };
  readonly clock?: Clock | undefined;
}

interface Watch {
  readonly delivery: Delivery;
  readonly asked: ReadonlySet<string>;
  /** What is known of the message. */
  record: MessageRecord;
  stop: () => void;
  isBusy: boolean;
}

/**
 * Messages that are to be delivered within a time, in the process that has sent them: the stores hold no text. What is
 * not delivered goes to the next provider. Ends with the client.
 */
export class DeliveryWatches {
  readonly #deps: DeliveryWatchesDeps;
  readonly #clock: Clock;
  readonly #watches = new Map<string, Watch>();
  readonly #warning = new SeldomWarning('A message that was not delivered in time could not fail over');
  #isClosed = false;

  constructor(deps: DeliveryWatchesDeps) {
    this.#deps = deps;
    this.#clock = deps.clock ?? monotonicClock;
    deps.log.changes.add((record) => this.#changed(record));
  }

  /** Watches a message that a provider has just taken, if it asks for that and the provider reports. */
  watch(delivery: Delivery, record: MessageRecord, { attempts, accepted }: Delivered): void {
    const provider = attempts.at(-1)?.provider ?? '';
    const { deliverWithin } = delivery;
    if (deliverWithin === undefined || accepted === undefined || this.#isClosed) return;
    if (!this.#deps.reports(provider)) return;
    const known = this.#watches.get(record.id);
    const asked = new Set([...(known?.asked ?? []), ...attempts.map((each) => each.provider)]);
    known?.stop();
    const watch: Watch = { delivery, asked, record, stop: () => {}, isBusy: false };
    watch.stop = this.#clock.after(deliverWithin.ms, () => void this.#due(watch));
    this.#watches.set(record.id, watch);
  }

  /** Ends the watches of a phone, which hold its messages. */
  forget(to: string): void {
    for (const watch of this.#watches.values()) if (watch.record.to === to) this.#end(watch);
  }

  /** Ends the watches of a verification whose code has been typed: it has arrived, whatever the vendor reports. */
  approved(to: string, purpose: string | undefined): void {
    for (const watch of this.#watches.values()) {
      const { record } = watch;
      if (record.kind === 'verification' && record.to === to && record.purpose === purpose) this.#end(watch);
    }
  }

  /** Ends all watches; a failover that has begun goes on. */
  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
  }

  /** A report or a look-up has changed a record. */
  #changed(record: MessageRecord): void {
    const watch = this.#watches.get(record.id);
    // Two that are written one after the other may be told of the other way round.
    if (watch === undefined || record.revision < watch.record.revision) return;
    watch.record = record;
    if (!watch.isBusy) void this.#decide(watch, false);
  }

  async #due(watch: Watch): Promise<void> {
    try {
      // Another process may have had the report.
      const { log, deadlineMs } = this.#deps;
      const record = await askStore(whileReading, deadlineAfter(deadlineMs), () => log.read(watch.record.id));
      // Forgotten, or never recorded: nobody can learn that it has arrived.
      if (record === undefined) this.#end(watch);
      // A report that came meanwhile knows more than what was read.
      else if (record.revision > watch.record.revision) watch.record = record;
    } catch (error) {
      this.#warning.warn(error);
    }
    const isWatched = this.#watches.get(watch.record.id) === watch;
    if (isWatched && !watch.isBusy) await this.#decide(watch, true);
  }

  async #decide(watch: Watch, isDue: boolean): Promise<void> {
    const { state, by } = stateOf(watch.record, Date.now());
    switch (deliveryStep(state, failureOf(by).reason, isDue)) {
      case 'wait':
        return;
      case 'done':
        this.#end(watch);
        return;
      case 'next':
        watch.isBusy = true;
        watch.stop();
        await this.#failOver(watch);
        this.#end(watch);
    }
  }

  /** Hands it to the next provider, if there is one, and watches that in its turn. Never rejects. */
  async #failOver({ delivery, asked, record }: Watch): Promise<void> {
    const { router, log, maxAttempts, deadlineMs, inFlight } = this.#deps;
    const { deliverWithin, onUnknown } = delivery;
    const isOver = deliverWithin?.until !== undefined && this.#clock.now() >= deliverWithin.until;
    if (asked.size >= maxAttempts || isOver || onUnknown !== 'failover' || !router.allowsFurther) return;
    const mayTake = deliverWithin?.canSend ?? (() => true);
    const canSend = (provider: SmsProvider) =>
      !asked.has(provider.id) && delivery.canSend(provider) && mayTake(provider);
    try {
      inFlight.begin();
    } catch {
      return;
    }
    try {
      // The person may have said STOP since the message was sent.
      const blocked = (await deliverWithin?.blockedNow?.(deadlineAfter(deadlineMs))) ?? delivery.blocked;
      const further = { ...delivery, canSend, blocked, attemptsBefore: asked.size };
      const delivered = await router.deliver(further, { deadline: deadlineAfter(deadlineMs) });
      if (delivered.attempts.length === 0) return;
      // Before it is written down, which tells of reports that have come already.
      this.watch(delivery, record, delivered);
      // A store that hangs must hold up neither the watch nor the client that closes.
      const limit = deadlineAfter(deadlineMs);
      await askStore(whileReading, limit, () => log.settle(record, delivered)).catch((error) =>
        this.#warning.warn(error),
      );
    } catch (error) {
      this.#warning.warn(error);
    } finally {
      inFlight.end();
    }
  }

  /** A watch that has replaced it goes on. */
  #end(watch: Watch): void {
    watch.stop();
    if (this.#watches.get(watch.record.id) === watch) this.#watches.delete(watch.record.id);
  }
}

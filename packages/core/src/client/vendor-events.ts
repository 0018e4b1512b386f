import type { InboundMessage, ProviderEvent } from '../contract/provider-events.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import type { MessageLog } from '../messages/message-log.js';
import type { MessageRecord } from '../messages/message-record.js';
import type { MessageStore } from '../messages/message-store.js';
import { whileReporting } from '../messages/store-questions.js';
import type { OptOuts } from '../opt-out/opt-outs.js';
import { safeParsePhoneNumber } from '../phone/parse.js';
import { maskPhoneNumber } from '../phone/phone-number.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { dayMs } from '../provider-kit/schema-parts.js';
import { askStore } from '../stores/ask-store.js';
import type { EventHub, InboundEvent } from '../telemetry/events.js';
import { readEvent } from '../webhooks/read-event.js';

/** What {@link VendorEvents} work with. */
export interface VendorEventsDeps {
  readonly log: MessageLog;
  readonly store: MessageStore;
  /** Undefined if the client keeps no opt-outs. */
  readonly optOuts: OptOuts | undefined;
  readonly events: EventHub;
  /** For one event, in milliseconds. */
  readonly deadlineMs: number;
}

/** Vendors repeat what was not answered for up to three days. */
const repeatedMs = 3 * dayMs;

/** The one way in for what vendors tell, by webhooks or over connections of our own. */
export class VendorEvents {
  readonly #deps: VendorEventsDeps;
  readonly #unkept = new SeldomWarning('An opt-out that a vendor has told of could not be kept');
  readonly #unreadable = new SeldomWarning('A provider has told something that is no event: a bug in the provider');

  constructor(deps: VendorEventsDeps) {
    this.#deps = deps;
    deps.log.changes.add((record) => this.#keepOptOuts(record));
  }

  /**
   * Takes an event in. Resolves when it is stored. May be told the same event again.
   *
   * @throws whatever the store throws: then the vendor is to repeat the event
   */
  async take(provider: string, event: ProviderEvent): Promise<void> {
    switch (event.kind) {
      case 'report': {
        const { log, optOuts, deadlineMs } = this.#deps;
        const deadline = deadlineAfter(deadlineMs);
        const record = await askStore(whileReporting, deadline, () => log.report(provider, event));
        if (record !== undefined && event.reason === 'opted_out')
          await optOuts?.applyReport(provider, record, deadline);
        return;
      }
      case 'inbound':
        await this.#takeInbound(provider, event);
    }
  }

  /** Listens to a provider with a connection of its own. */
  listen({ id, events }: SmsProvider): Disposable | undefined {
    return events?.listen(async (event) => {
      const read = readSafely(event);
      // What nobody can read would be repeated for days: it is taken, and the warning says so.
      if (read === undefined) this.#unreadable.warn(undefined, id);
      else await this.take(id, read);
    });
  }

  /** Look-ups tell of opt-outs, too, and reports that came before the end of a call. Nobody repeats these. */
  #keepOptOuts(record: MessageRecord): void {
    const { optOuts, deadlineMs } = this.#deps;
    for (const { provider, history } of record.attempts) {
      if (!history.some(({ reason }) => reason === 'opted_out')) continue;
      optOuts?.applyReport(provider, record, deadlineAfter(deadlineMs)).catch((error) => this.#unkept.warn(error));
    }
  }

  /** An opt-out is kept first: it counts however often it is told. Then the app is told, once. */
  async #takeInbound(provider: string, inbound: InboundMessage): Promise<void> {
    const { optOuts, store, events, deadlineMs } = this.#deps;
    const deadline = deadlineAfter(deadlineMs);
    const optOut = optOuts === undefined ? inbound.optOut : await optOuts.apply(provider, inbound, deadline);
    const { reference } = inbound;
    const tell = (isFirst: boolean) => {
      if (isFirst && events.hasListeners('inbound')) events.emit('inbound', inboundEvent(provider, inbound, optOut));
    };
    if (reference === undefined) return tell(true);
    const what = `inbound:${provider.length}:${provider}:${reference}`;
    // Of what was first too late the vendor is not answered, and what it repeats is first no more.
    tell(await askStore(whileReporting, deadline, () => store.isFirst(what, repeatedMs), { onLate: tell }));
  }
}

/** Other code may throw from a getter. */
function readSafely(event: unknown): ProviderEvent | undefined {
  try {
    return readEvent(event);
  } catch {
    return undefined;
  }
}

function inboundEvent(
  provider: string,
  { from, to, text, reference, at }: InboundMessage,
  optOut: 'stop' | 'start' | undefined,
): InboundEvent {
  const parsed = safeParsePhoneNumber(from);
  const masked = parsed.valid ? maskPhoneNumber(parsed.phone) : '';
  const event = { provider, from: masked, to, text, optOut, reference, at };
  // Not enumerable, since loggers copy what is enumerable.
  return Object.defineProperty(event, 'phone', { value: from }) as InboundEvent;
}

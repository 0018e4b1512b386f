import {
  configurationInvalid,
  type DeliveryReport,
  type InboundMessage,
  type LookupOutcome,
  type MessageQuery,
  type ProviderEvent,
  type ProviderEvents,
  type ProviderWebhooks,
} from '@polysms/core/provider-kit';
import { EventConnection } from './event-connection.js';
import { Ledger } from './ledger.js';
import { inboundOf, type MockReply, type MockReport, reportOf, unknownMessage } from './mock-events.js';
import type { MockMessage } from './mock-message.js';
import { mockWebhooks } from './mock-webhooks.js';
import type { ParsedOptions } from './options.js';

/** What the mock vendor knows after it has taken a message, and how it tells that. */
export class Reporting {
  readonly webhooks: ProviderWebhooks | null;
  readonly events: ProviderEvents | null;
  /** Over which `events` are told. */
  readonly connection = new EventConnection();
  readonly #clock: ParsedOptions['clock'];
  /** Undefined if nobody can ask what it holds: a mock without a use for it records nothing. */
  readonly #ledger: Ledger | undefined;

  constructor({ clock, webhooks, events, lookup }: ParsedOptions) {
    this.#clock = clock;
    this.webhooks = webhooks === false ? null : mockWebhooks(webhooks.secret);
    this.events = events ? Object.freeze({ listen: this.connection.listen.bind(this.connection) }) : null;
    if (webhooks !== false || events || lookup !== false) this.#ledger = new Ledger();
  }

  taken(message: MockMessage): void {
    this.#ledger?.add(message);
  }

  /** @throws SmsError `configuration_invalid` */
  report(message: MockMessage | string, report: MockReport): DeliveryReport {
    const taken = this.#ledger?.message(typeof message === 'string' ? message : message.reference);
    if (taken === undefined) throw unknownMessage();
    const event = reportOf(taken, report, this.#clock.now());
    this.#ledger?.note(event);
    if (this.events !== null) this.connection.push(event);
    return event;
  }

  /** @throws SmsError `configuration_invalid` */
  reply(reply: MockReply, reference: () => string): InboundMessage {
    const event = inboundOf(reply, reference, this.#clock.now());
    if (this.events !== null) this.connection.push(event);
    return event;
  }

  /** @throws SmsError `configuration_invalid` */
  tell(event: ProviderEvent): void {
    if (this.events === null) throw configurationInvalid('tell(): expected a mock with the option events; add it.');
    this.connection.push(event);
  }

  find(query: MessageQuery, visibleAfterMs: number): LookupOutcome {
    const now = this.#clock.now();
    const found = this.#ledger?.find(query, now, visibleAfterMs);
    if (found !== undefined) return found;
    // By then even what was written last would be listed.
    return { outcome: now >= query.sentUntil + visibleAfterMs ? 'absent' : 'inconclusive' };
  }

  reset(): void {
    this.#ledger?.clear();
    this.connection.reset();
  }
}

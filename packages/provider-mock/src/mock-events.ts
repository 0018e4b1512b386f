import {
  configurationInvalid,
  type DeliveryReport,
  type InboundMessage,
  type Price,
  parseOptions,
  type ReportedState,
  type UndeliveredReason,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { inboundEntries, reportEntries, stateSchema } from './event-schema.js';
import type { MockMessage } from './mock-message.js';

/** What a report of the mock says. */
export interface MockReport {
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason | undefined;
  readonly providerCode?: string | undefined;
  /** When it happened, in milliseconds since 1970. Default: now, by the mock's clock. */
  readonly at?: number | undefined;
  readonly segments?: number | undefined;
  readonly price?: Price | undefined;
}

/** What a person writes. */
export interface MockReply {
  /** The phone's number in E.164. */
  readonly from: string;
  /** Our number, short code or sender name. */
  readonly to: string;
  readonly text: string;
  /** When it was sent, in milliseconds since 1970. Default: now, by the mock's clock. */
  readonly at?: number | undefined;
  /** What the vendor itself has taken it for. */
  readonly optOut?: 'stop' | 'start' | undefined;
  /** The vendor's id of the message. Default: one of the mock's. */
  readonly reference?: string | undefined;
}

const reportSchema = v.strictObject(
  { state: stateSchema, ...reportEntries },
  'expected an object with state, reason, providerCode, at, segments and price only',
);
const replySchema = v.strictObject(
  inboundEntries,
  'expected an object with from, to, text, at, optOut and reference only',
);

/** @throws SmsError `configuration_invalid` */
export function reportOf(message: MockMessage, report: MockReport, now: number): DeliveryReport {
  const parsed = parseOptions('report()', reportSchema, report);
  const { id, reference, to } = message;
  return withoutUndefined<DeliveryReport>({ kind: 'report', id, reference, to, ...parsed, at: parsed.at ?? now });
}

/** @throws SmsError `configuration_invalid` */
export function inboundOf(reply: MockReply, reference: () => string, now: number): InboundMessage {
  const parsed = parseOptions('reply()', replySchema, reply);
  return withoutUndefined<InboundMessage>({
    kind: 'inbound',
    ...parsed,
    reference: parsed.reference ?? reference(),
    at: parsed.at ?? now,
  });
}

export function unknownMessage(): Error {
  return configurationInvalid(
    'report(): expected a message of the outbox, its reference or its id. Only a mock with webhooks, events or lookup keeps what it has taken: see its options.',
  );
}

function withoutUndefined<Event extends object>(event: Event): Event {
  return Object.freeze(Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined))) as Event;
}

import {
  type DeliveryReport,
  type InboundMessage,
  type ProviderEvent,
  reportedStates,
  undeliveredReasons,
} from '../contract/provider-events.js';
import { safeParsePhoneNumber } from '../phone/parse.js';
import { oneOf, priceOf } from '../provider-kit/outcomes.js';

/** Ids and codes of vendors, and our own numbers as they write them: none is longer. */
const longestName = 256;

/** The parts of the longest message there is, of 153 characters each. */
const mostSegments = 255;
const longestText = mostSegments * 153;

/** The latest moment that a `Date` can hold. */
const latestMs = 8.64e15;

/**
 * An event of a provider as plain data; undefined if it is none. Every field is read once. One that may be missing is
 * left out if it is not what it must be; only the phone of a report must be right where there is one, since a report
 * without it would be believed for any phone.
 *
 * @throws what a getter throws
 */
export function readEvent(value: unknown): ProviderEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, ...fields } = value as Readonly<Record<string, unknown>>;
  if (kind === 'report') return reportOf(fields);
  return kind === 'inbound' ? inboundOf(fields) : undefined;
}

function reportOf(fields: Readonly<Record<string, unknown>>): DeliveryReport | undefined {
  const id = nameOf(fields['id']);
  const reference = nameOf(fields['reference']);
  const given = fields['to'];
  const to = phoneOf(given);
  const state = oneOf(reportedStates, fields['state']);
  if (id === undefined && reference === undefined) return undefined;
  if (given !== undefined && given !== null && to === undefined) return undefined;
  if (state === undefined) return undefined;
  return withoutUndefined<DeliveryReport>({
    kind: 'report',
    id,
    reference,
    to,
    state,
    reason: oneOf(undeliveredReasons, fields['reason']),
    providerCode: nameOf(fields['providerCode']),
    at: momentOf(fields['at']),
    segments: countOf(fields['segments']),
    price: priceOf(fields['price']),
  });
}

function inboundOf(fields: Readonly<Record<string, unknown>>): InboundMessage | undefined {
  const from = phoneOf(fields['from']) ?? serviceOf(fields['from']);
  const to = nameOf(fields['to']);
  const text = fields['text'];
  if (from === undefined || to === undefined) return undefined;
  if (typeof text !== 'string' || text.length > longestText) return undefined;
  const optOut = fields['optOut'];
  return withoutUndefined<InboundMessage>({
    kind: 'inbound',
    reference: nameOf(fields['reference']),
    from,
    to,
    // A store would write half a character as something else.
    text: text.toWellFormed(),
    at: momentOf(fields['at']),
    optOut: optOut === 'stop' || optOut === 'start' ? optOut : undefined,
  });
}

/** What is seen in lists and is part of keys: no control characters, no halves of characters. Vendors number, too. */
function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  const isName = typeof name === 'string' && name !== '' && name.length <= longestName && !/[\p{Cc}\p{Cs}]/u.test(name);
  return isName ? name : undefined;
}

function phoneOf(value: unknown): string | undefined {
  const result = safeParsePhoneNumber(value);
  return result.valid ? result.phone.e164 : undefined;
}

/**
 * Services write, too: a short code, or a name. What looks like a phone and is none is a mistake of the provider, whose STOP
 * must not be lost.
 */
function serviceOf(value: unknown): string | undefined {
  const name = nameOf(value);
  return name !== undefined && /^\d{1,8}$|\p{Letter}/u.test(name) ? name : undefined;
}

function momentOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= latestMs ? Math.floor(value) : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= mostSegments ? Math.floor(value) : undefined;
}

function withoutUndefined<Event extends object>(event: Event): Event {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as Event;
}

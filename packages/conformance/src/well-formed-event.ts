import {
  type ProviderEvent,
  reportedStates,
  safeParsePhoneNumber,
  undeliveredReasons,
} from '@polysms/core/provider-kit';
import { demand, demandEqual } from './demand.js';
import { describeValue } from './well-formed.js';

type Reported = Partial<Record<'state' | 'reason' | 'providerCode' | 'at' | 'segments' | 'price', unknown>>;

/** Demands that a value is an event as the contract describes it. */
export function demandWellFormedEvent(name: string, event: ProviderEvent): void {
  demand(
    typeof event === 'object' && event !== null && ['report', 'inbound'].includes(event.kind),
    `${name} gave ${describeValue(event)}, which is no event`,
    "give objects whose kind is 'report' or 'inbound'",
  );
  if (event.kind === 'inbound') {
    demandPhone(name, 'from', event.from);
    demandName(name, 'to', event.to);
    demandText(name, 'text', event.text);
    if (event.reference !== undefined) demandName(name, 'reference', event.reference);
    demandNumber(name, 'at', event.at);
    return;
  }
  demand(
    event.id !== undefined || event.reference !== undefined,
    `${name} gave a report with neither an id nor a reference`,
    'a report that cannot be found is none: leave it out',
  );
  if (event.id !== undefined) demandName(name, 'id', event.id);
  if (event.reference !== undefined) demandName(name, 'reference', event.reference);
  if (event.to !== undefined) demandPhone(name, 'to', event.to);
  demandText(name, 'state', event.state);
  demandWellFormedState(name, event);
}

/** Demands that what a report or a look-up says of a message is of the contract's words. */
export function demandWellFormedState(
  name: string,
  { state, reason, providerCode, at, segments, price }: Reported,
): void {
  demand(
    state === undefined || reportedStates.some((word) => word === state),
    `${name} gave the state ${describeValue(state)}`,
    `use one of ${reportedStates.join(', ')}, and queued for a status that nobody knows`,
  );
  demand(
    reason === undefined || undeliveredReasons.some((word) => word === reason),
    `${name} gave the reason ${describeValue(reason)}`,
    `use one of ${undeliveredReasons.join(', ')}, or leave it out`,
  );
  if (providerCode !== undefined) demandName(name, 'providerCode', providerCode);
  demandNumber(name, 'at', at);
  demandNumber(name, 'segments', segments);
  demandWellFormedPrice(name, price);
}

function demandWellFormedPrice(name: string, price: unknown): void {
  if (price === undefined) return;
  const { amount, currency } = (price ?? {}) as Readonly<Record<string, unknown>>;
  demand(
    typeof amount === 'string' &&
      /^-?\d+(\.\d+)?$/u.test(amount) &&
      typeof currency === 'string' &&
      /^[A-Z]{3}$/u.test(currency),
    `${name} gave the price ${describeValue(price)}`,
    "make the amount a text as the vendor wrote it, such as '0.00750', and the currency one of ISO 4217",
  );
}

function demandPhone(name: string, field: string, value: unknown): void {
  demand(
    typeof value === 'string' && value.startsWith('+') && safeParsePhoneNumber(value).valid,
    `${name} gave an event whose ${field} is no phone number in E.164`,
    'read the number as the vendor writes it, and give it with + and country code',
  );
}

function demandName(name: string, field: string, value: unknown): void {
  demandText(name, field, value);
  demand(value !== '', `${name} gave an event whose ${field} is empty`, 'leave out what the vendor does not say');
}

function demandText(name: string, field: string, value: unknown): void {
  demandEqual(
    typeof value,
    'string',
    `${name} gave an event whose ${field} is no text`,
    'turn it into a text with String()',
  );
}

function demandNumber(name: string, field: string, value: unknown): void {
  demand(
    value === undefined || (typeof value === 'number' && value >= 0 && value < Infinity),
    `${name} gave an event whose ${field} is ${describeValue(value)}`,
    'make it a number, 0 or more, or leave it out',
  );
}

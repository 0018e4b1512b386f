import type { DeliveryReport, InboundMessage, ProviderEvent } from '@polysms/core/provider-kit';
import { demand, demandEqual } from './demand.js';
import { demandWellFormedEvent } from './well-formed-event.js';

/** Demands that these are the events that the vendor has told, in any order: none lost, none made up, none changed. */
export function demandSameEvents(name: string, events: readonly ProviderEvent[], told: readonly ProviderEvent[]): void {
  demandEqual(
    events.length,
    told.length,
    `${name} gave ${events.length} events of the ${told.length} that the vendor told`,
    'give every event of a request, and no other',
  );
  for (const each of told) {
    const event = events.find((candidate) => isAbout(candidate, each));
    demand(
      event !== undefined,
      `${name} has lost ${each.kind === 'report' ? 'a report' : 'an inbound message'}, or gave it without what it is about`,
      'give every event of a request; a report with our id or the reference of the vendor, an inbound message with its text',
    );
    demandSameEvent(name, event, each);
  }
}

/** Demands that an event says what the vendor told, as far as it says anything. */
export function demandSameEvent(name: string, event: ProviderEvent, told: ProviderEvent): void {
  demandWellFormedEvent(name, event);
  // What every event must say. The rest it may leave out, since not every vendor tells it.
  const required: readonly string[] = told.kind === 'report' ? ['kind', 'state'] : ['kind', 'from', 'to', 'text'];
  for (const [field, value] of Object.entries(told)) {
    const given: unknown = Reflect.get(event, field);
    if (given === undefined && !required.includes(field)) continue;
    demandEqual(
      JSON.stringify(given),
      JSON.stringify(value),
      `${name} gave ${told.kind === 'report' ? 'a report' : 'an inbound message'} with another ${field} than the vendor told`,
      'read each field as the vendor writes it, in UTF-8, with a parser for its format, and times with their zone',
    );
  }
}

function isAbout(event: ProviderEvent, told: ProviderEvent): boolean {
  if (event?.kind !== told.kind) return false;
  return told.kind === 'report'
    ? isSameReport(event as DeliveryReport, told)
    : (event as InboundMessage).text === told.text;
}

function isSameReport(event: DeliveryReport, told: DeliveryReport): boolean {
  return event.reference === told.reference || (event.id !== undefined && event.id === told.id);
}

import { randomUUID } from 'node:crypto';
import type { DeliveryReport, InboundMessage } from '@polysms/core/provider-kit';
import type { Bench } from './bench.js';

/** When all that the kit tells has happened, and its requests are signed. A whole minute: some vendors write no seconds. */
export const signedAt = Date.UTC(2030, 0, 15, 12);

/** What a person writes. It must not be seen where events are not. */
export const inboundText = 'Where is my parcel? 中文 & more';

type NewReference = { newReference?(): string };

/** A report of a message of its own. Every vendor has these two states. */
export function sampleReport(
  { recipient }: Bench,
  { newReference = randomUUID }: NewReference,
  state: 'delivered' | 'undelivered' = 'delivered',
): DeliveryReport {
  return {
    kind: 'report',
    id: randomUUID(),
    reference: newReference(),
    to: recipient.e164,
    state,
    ...(state === 'undelivered' ? { reason: 'unreachable' as const } : {}),
    at: signedAt - 60_000,
  };
}

export function sampleInbound({ recipient }: Bench, { newReference = randomUUID }: NewReference): InboundMessage {
  return {
    kind: 'inbound',
    reference: newReference(),
    from: recipient.e164,
    to: '10690123',
    text: inboundText,
    at: signedAt - 60_000,
  };
}

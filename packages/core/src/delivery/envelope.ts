import type { MessageEnvelope } from '../contract/messages.js';
import type { PhoneNumber } from '../phone/phone-number.js';

/**
 * What a message has beside its content.
 *
 * @param validUntil on the monotonic clock: the provider is told what is left of it
 */
export function envelopeOf(
  id: string,
  to: PhoneNumber,
  validUntil: number | undefined,
  reportUrl: string | undefined,
): MessageEnvelope {
  if (validUntil === undefined) return reportUrl === undefined ? { id, to } : { id, to, reportUrl };
  const validForMs = Math.max(1, Math.floor(validUntil - performance.now()));
  return reportUrl === undefined ? { id, to, validForMs } : { id, to, validForMs, reportUrl };
}

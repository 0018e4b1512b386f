import { errorPolicy, type SmsErrorCode } from '../errors/error-codes.js';
import type { SmsError } from '../errors/sms-error.js';

/** Refusals that say something about the app's own accounts and settings, though no circuit counts them. */
const ownSettings: ReadonlySet<SmsErrorCode> = new Set([
  'rate_limited',
  'circuit_open',
  'template_rejected',
  'sender_rejected',
  'unsupported_message',
]);

/**
 * Whether a call that failed uses nothing of the person's limits up: certainly nothing was sent, and what kept it from
 * being sent was none of theirs. A provider that refused the phone itself was asked for it all the same: otherwise
 * somebody could try numbers without end.
 */
export function isRefundable({ outcome, attempts }: SmsError): boolean {
  if (outcome === 'not-sent') return true;
  if (outcome === 'unknown') return false;
  return attempts.every(({ code, outcome: each }) => each === 'not-sent' || (code !== undefined && isOwnFault(code)));
}

function isOwnFault(code: SmsErrorCode): boolean {
  return errorPolicy(code).countsAgainstCircuit || ownSettings.has(code);
}

import { smsErrorCodes } from '@polysms/core';
import type { CheckOutcome, SendOutcome, SmsErrorCode } from '@polysms/core/provider-kit';
import { demand } from './demand.js';

/** What any call of a provider ends with. */
export type Outcome = SendOutcome | CheckOutcome;

const judgements = ['approved', 'incorrect', 'expired', 'exhausted'];
/** What the client says before and after it asks providers. Of a provider they would stop or mislead the routing. */
const clientCodes: readonly SmsErrorCode[] = [
  'no_route',
  'send_limit_exceeded',
  'destination_not_allowed',
  'resend_too_soon',
  'verification_locked',
  'in_progress',
  'configuration_invalid',
  'all_providers_failed',
  'circuit_open',
];
const known = ['accepted', 'refused', 'not-sent', 'unknown', ...judgements];

/** Demands that a value is an outcome as the contract describes it. */
export function demandWellFormed(name: string, outcome: Outcome): void {
  demand(
    typeof outcome === 'object' && outcome !== null && known.includes(outcome.outcome),
    `${name} returned ${describeValue(outcome)}, which is no outcome`,
    `return an object whose outcome is one of ${known.join(', ')}`,
  );
  switch (outcome.outcome) {
    case 'accepted':
      demand(
        outcome.reference === undefined || (typeof outcome.reference === 'string' && outcome.reference !== ''),
        `${name} was accepted with the reference ${describeValue(outcome.reference)}`,
        "turn the vendor's id into a text that is not empty, or leave the reference out",
      );
      demand(
        outcome.segments === undefined || (Number.isInteger(outcome.segments) && outcome.segments > 0),
        `${name} was accepted with ${describeValue(outcome.segments)} segments`,
        'make segments a whole number, 1 or more, or leave it out',
      );
      return;
    case 'incorrect':
      demand(
        outcome.checksLeft === undefined || (Number.isInteger(outcome.checksLeft) && outcome.checksLeft >= 0),
        `${name} was incorrect with ${describeValue(outcome.checksLeft)} checks left`,
        'make checksLeft a whole number, 0 or more, or leave it out',
      );
      return;
    case 'approved':
    case 'expired':
    case 'exhausted':
      return;
    case 'refused':
    case 'not-sent':
    case 'unknown':
      demandWellFormedFailure(name, outcome);
  }
}

function demandWellFormedFailure(name: string, outcome: Outcome & { readonly code: unknown }): void {
  demand(
    smsErrorCodes.some((code) => code === outcome.code),
    `${name} failed with the code ${describeValue(outcome.code)}`,
    "use a code of smsErrorCodes, 'unrecognized_provider_code' for what you do not know, and put the vendor's own into providerCode",
  );
  demand(
    !clientCodes.some((code) => code === outcome.code),
    `${name} failed with the code ${describeValue(outcome.code)}, which only the client uses`,
    "say what the vendor or the network has said, or 'unrecognized_provider_code' for what you do not know",
  );
  demand(
    'message' in outcome && typeof outcome.message === 'string' && outcome.message.trim() !== '',
    `${name} failed without a message`,
    'say what went wrong in a sentence for a developer',
  );
  demand(
    !('providerCode' in outcome) || outcome.providerCode === undefined || typeof outcome.providerCode === 'string',
    `${name} failed with a providerCode that is no text`,
    "turn the vendor's code into a text with String()",
  );
  const retryAfterMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined;
  demand(
    retryAfterMs === undefined || (typeof retryAfterMs === 'number' && retryAfterMs >= 0 && retryAfterMs < Infinity),
    `${name} failed with the retryAfterMs ${describeValue(retryAfterMs)}`,
    'make it a number of milliseconds, 0 or more, or leave it out',
  );
}

/** An outcome in a sentence. */
export function describeOutcome(outcome: Outcome): string {
  return 'code' in outcome ? `${outcome.outcome} (${outcome.code})` : outcome.outcome;
}

/** Any value in a message. */
export function describeValue(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? String(value));
}

import type { CheckOutcome, SendOutcome } from '@polysms/core/provider-kit';

/** What the endpoints for codes share: outcome and code by status. */
const sms: Readonly<Record<number, string>> = {
  400: 'refused invalid_request',
  405: 'refused authentication_failed',
  406: 'refused authentication_failed',
  407: 'refused invalid_request',
  408: 'refused invalid_request',
  418: 'unknown provider_unavailable',
  429: 'refused rate_limited',
  454: 'refused invalid_request',
  456: 'refused invalid_request',
  457: 'refused invalid_phone_number',
  458: 'refused recipient_blocked',
  459: 'refused permission_denied',
  460: 'refused permission_denied',
  461: 'refused unsupported_destination',
  462: 'refused recipient_rate_limited',
  463: 'refused recipient_rate_limited',
  464: 'refused recipient_rate_limited',
  465: 'refused recipient_rate_limited',
  466: 'refused invalid_request',
  469: 'refused permission_denied',
  470: 'refused insufficient_balance',
  471: 'refused ip_not_allowed',
  474: 'refused permission_denied',
  476: 'refused rate_limited',
  477: 'refused recipient_rate_limited',
  478: 'refused recipient_rate_limited',
  500: 'unknown provider_unavailable',
  512: 'refused permission_denied',
  513: 'refused authentication_failed',
  515: 'unknown provider_unavailable',
  518: 'refused invalid_phone_number',
  519: 'refused recipient_rate_limited',
  526: 'refused insufficient_balance',
};

export const sendStatuses: Readonly<Record<number, string>> = {
  ...sms,
  200: 'accepted',
  524: 'refused recipient_rate_limited',
};

export const checkStatuses: Readonly<Record<number, string>> = {
  ...sms,
  200: 'approved',
  467: 'exhausted',
  468: 'incorrect',
  520: 'incorrect',
  524: 'exhausted',
};

export const customStatuses: Readonly<Record<number, string>> = {
  200: 'accepted',
  201: 'refused authentication_failed',
  202: 'refused invalid_request',
  203: 'refused authentication_failed',
  204: 'refused invalid_request',
  205: 'refused invalid_phone_number',
  206: 'refused template_rejected',
  207: 'refused template_rejected',
  208: 'refused template_rejected',
  209: 'refused content_rejected',
  210: 'refused recipient_blocked',
  211: 'refused permission_denied',
  212: 'refused permission_denied',
  213: 'refused insufficient_balance',
  214: 'refused ip_not_allowed',
  215: 'refused invalid_request',
  218: 'refused provider_unavailable',
  219: 'refused recipient_rate_limited',
  220: 'refused recipient_rate_limited',
  221: 'refused unsupported_destination',
  222: 'refused invalid_request',
};

/** An outcome as the tables write it. */
export function summary(outcome: SendOutcome | CheckOutcome): string {
  return 'code' in outcome ? `${outcome.outcome} ${outcome.code}` : outcome.outcome;
}

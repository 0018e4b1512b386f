import { type VendorCodes, vendorCodes } from '@polysms/core/provider-kit';

/** What Acme answers. Sources: name the page and the day on which it was read. */
export const acmeCodes: VendorCodes = vendorCodes([
  [['invalid_number'], 'invalid_phone_number', 'Acme calls the recipient invalid.'],
  [['opted_out'], 'recipient_blocked', 'The recipient wants no messages.'],
  [['sender_not_registered'], 'sender_rejected', 'The sender is not registered with Acme.'],
  [['invalid_key'], 'authentication_failed', 'Acme refused the API key.'],
  [['too_many_requests'], 'rate_limited', 'Acme wants fewer requests.'],
  [['out_of_credit'], 'insufficient_balance', 'The balance of the account is used up.'],
]);

import { type VendorCodeRow, type VendorCodes, vendorCodes } from '@polysms/core/provider-kit';

const invalid = [
  '20001, 20002, 20004, 20007, 20413, 20422, 20423, 21218, 21266, 21420, 21502, 21602 to 21605, 21609, 21617, 21619',
  '21620 to 21624, 21626, 21627, 21652, 21653, 21664 to 21667, 21902, 21910, 30012 to 30016, 30028 to 30031, 30045',
  '35111, 35114, 35115, 35117, 35118, 35126',
];
const template = '21654 to 21656, 21658, 21900, 21901, 63027, 63028, 63040 to 63042';
const sender =
  '21210, 21212, 21264, 21267, 21601, 21606, 21607, 21616, 21659 to 21661, 21663, 21709, 21711, 21712, 21715';

/**
 * What both APIs may answer. Sources: Twilio's error dictionary, read in 2026. Twilio adds finer codes, and asks clients
 * not to depend on them: a code that stands nowhere is `unrecognized_provider_code`.
 */
const rows: readonly VendorCodeRow[] = [
  [
    '21211, 21214, 21217, 21265, 21268, 21401, 21614, 21635',
    'invalid_phone_number',
    'Twilio calls the recipient invalid, or no mobile phone.',
  ],
  ['21610', 'recipient_blocked', 'The recipient has sent STOP, and wants no messages from this sender.'],
  ['14107', 'recipient_rate_limited', 'Twilio takes the messages between the two numbers for a loop.'],
  ['21408', 'unsupported_destination', 'The country is switched off in the Messaging Geo-Permissions.'],
  ['21612, 21657, 21662, 21668, 21703', 'unsupported_destination', 'No way leads from this sender to the recipient.'],
  [sender, 'sender_rejected', 'The sender is malformed, not of this account or region, or cannot send messages.'],
  ['21701, 21702, 21704, 21705, 21733', 'permission_denied', 'The Messaging Service is missing or empty.'],
  ['21608, 21219, 10002, 20008, 30044', 'permission_denied', 'A trial or test account may not do this.'],
  [
    '20003, 20101 to 20107, 20151 to 20160',
    'authentication_failed',
    'Twilio refused the credentials; each region has its own.',
  ],
  [
    '20006, 20010, 20403, 20011, 20012, 20426, 70051, 30037',
    'permission_denied',
    'The account or the API key may not do this.',
  ],
  ['10001, 20005, 30002', 'insufficient_balance', 'The account is not active; most often its balance is used up.'],
  ['20429, 21611, 35125', 'rate_limited', 'Twilio wants fewer requests, or the queue of the sender is full.'],
  ['21618, 30038', 'content_rejected', 'The text is one that carriers filter.'],
  [template, 'template_rejected', 'The template, its variables or its registration are not accepted.'],
  [invalid.join(', '), 'invalid_request', 'Twilio calls a field of the request invalid.'],
  ['20500, 20503, 20504', 'provider_unavailable', 'Twilio failed, and may have sent the message.', 'unknown'],
];

/** What the Messages API answers. */
export const messageCodes: VendorCodes = vendorCodes([
  ...rows,
  ['20404', 'authentication_failed', 'Twilio knows no account with this Account SID.'],
]);

/** What Verify answers to the start of a verification. */
export const verifyCodes: VendorCodes = vendorCodes([
  ...rows,
  ['60200', 'invalid_request', 'Verify calls a field of the request invalid.'],
  ['60205', 'invalid_phone_number', 'The recipient is a landline.'],
  ['60202, 60203, 60212', 'recipient_rate_limited', 'The phone has had the codes or checks that Verify allows.'],
  ['60245', 'rate_limited', 'Verify wants fewer requests.'],
  // Another provider would be the next to be defrauded.
  ['60410', 'recipient_blocked', 'Fraud Guard blocks numbers like this one for twelve hours.'],
  ['60605, 60220, 60226, 60250', 'unsupported_destination', 'Verify may not send to this country.'],
  [
    '60201, 60224, 60227 to 60229, 60242, 60243, 60247, 60408',
    'template_rejected',
    'The template of the Verify service is not accepted.',
  ],
  [
    '60204, 60206, 60214, 60217, 60223, 60238, 60248, 60550',
    'permission_denied',
    'The account or the Verify service may not do this.',
  ],
  ['20404', 'permission_denied', 'Twilio knows no Verify service with this SID.'],
]);

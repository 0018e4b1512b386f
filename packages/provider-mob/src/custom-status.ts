import { accepted, type SendOutcome } from '@polysms/core/provider-kit';
import { minuteMs, refusedWith, unrecognized } from './status-outcomes.js';

/**
 * The statuses of custom/msg: a table of its own, in which 201 to 222 are refusals.
 * Source: four independent clients; 218 two, 222 one.
 */
export function customStatus(status: number): SendOutcome {
  const no = refusedWith(status);
  switch (status) {
    case 200:
      return accepted();
    case 201:
      return no('authentication_failed', 'The appkey is empty.');
    case 202:
      return no('invalid_request', 'The number of the template is empty.');
    case 203:
      return no('authentication_failed', 'Mob does not know the appkey.');
    case 204:
      return no('invalid_request', 'The phone number or the calling code is empty.');
    case 205:
      return no('invalid_phone_number', 'Mob calls the phone number malformed.');
    case 206:
      return no('template_rejected', 'Mob does not know the template, or has not approved it.');
    case 207:
      return no('template_rejected', 'Mob calls the template malformed.');
    case 208:
      return no('template_rejected', 'The parameters do not fit the template.');
    case 209:
      return no('content_rejected', 'The text contains a word that Mob does not let pass.');
    case 210:
      return no('recipient_blocked', 'The phone number is on Mob’s block list.');
    case 211:
      return no('permission_denied', 'Mob calls the account abnormal.');
    case 212:
      return no('permission_denied', 'The switch for web messages is off in Mob’s dashboard.');
    case 213:
      return no('insufficient_balance', 'The balance of the Mob account is used up.');
    case 214:
      return no('ip_not_allowed', 'This machine’s address is not on the app’s allow-list at Mob.');
    case 215:
      return no('invalid_request', 'A parameter of the template is too long; Mob takes about 10 characters.');
    case 218:
      return no('provider_unavailable', 'Mob is busy.');
    case 219:
      return no('recipient_rate_limited', 'The phone has had its 5 messages of a minute.', minuteMs);
    case 220:
      return no('recipient_rate_limited', 'The phone has had its 5 messages of 12 hours.');
    case 221:
      return no('unsupported_destination', 'The account can send to the Chinese mainland only.');
    case 222:
      return no('invalid_request', 'The text is too long; Mob takes about 60 characters.');
    default:
      return unrecognized(status);
  }
}

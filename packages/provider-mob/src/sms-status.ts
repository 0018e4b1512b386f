import { accepted, type CheckOutcome, type Refused, type SendOutcome, type Unknown } from '@polysms/core/provider-kit';
import { failed, minuteMs, refusedWith, unrecognized } from './status-outcomes.js';

/** The statuses of sendmsg. */
export function sendmsgStatus(status: number): SendOutcome {
  return status === 200 ? accepted() : failureStatus(status);
}

/** The statuses of checkcode and verify. */
export function checkcodeStatus(status: number): CheckOutcome {
  switch (status) {
    case 200:
      return { outcome: 'approved' };
    // Wrong, or older than its 5 minutes: Mob does not tell the two apart.
    case 468:
    case 520:
      return { outcome: 'incorrect' };
    // Three checks in 5 minutes, then the code is dead.
    case 467:
    case 524:
      return { outcome: 'exhausted' };
    default:
      return failureStatus(status);
  }
}

/**
 * The statuses that sendmsg, checkcode and verify share: all failures.
 *
 * Sources: the appendix of Mob's specification (200 to 478), the SDK's table (400 to 476) for what it lacks,
 * and the legacy hosts of 2014-15 (512 to 526), which the `baseUrl` option can still reach.
 */
function failureStatus(status: number): Refused | Unknown {
  const no = refusedWith(status);
  switch (status) {
    case 400:
      return no('invalid_request', 'Mob calls the request invalid.');
    case 405:
      return no('authentication_failed', 'The appkey is empty.');
    case 406:
      return no('authentication_failed', 'Mob does not know the appkey.');
    case 407:
      return no('invalid_request', 'Mob misses data in the request.');
    case 408:
      return no('invalid_request', 'Mob calls a parameter invalid.');
    case 418:
      return failed(status, 'A call inside Mob failed.');
    case 429:
      return no('rate_limited', 'Mob limits the rate of requests.');
    case 454:
      return no('invalid_request', 'Mob calls the format of the data invalid.');
    case 456:
      return no('invalid_request', 'The phone number or the calling code is empty.');
    case 457:
      return no('invalid_phone_number', 'Mob calls the phone number malformed.');
    case 458:
      return no('recipient_blocked', 'The phone number is on Mob’s block list.');
    case 459:
      return no('permission_denied', 'Mob has no control data for the appkey.');
    case 460:
      return no('permission_denied', 'Sending is switched off for the app.');
    case 461:
      return no('unsupported_destination', 'The region is not enabled for the app.');
    case 462:
      return no('recipient_rate_limited', 'The phone has reached its limit for a minute.', minuteMs);
    case 463:
      return no('recipient_rate_limited', 'The phone has reached its limit for today.');
    case 464:
      return no('recipient_rate_limited', 'The device has reached its limit for today.');
    case 465:
      return no('recipient_rate_limited', 'The phone has reached its limit for today in this app.');
    case 466:
      return no('invalid_request', 'The code is empty.');
    case 469:
      return no('permission_denied', 'The Web-API switch is off in Mob’s dashboard.');
    case 470:
      return no('insufficient_balance', 'The balance of the Mob account is used up.');
    case 471:
      return no('ip_not_allowed', 'This machine’s address is not on the app’s allow-list at Mob.');
    case 474:
      return no('permission_denied', 'The server-verification switch is off in Mob’s dashboard.');
    case 476:
      return no('rate_limited', 'An app that Mob has not reviewed may send 20 messages a day.');
    case 477:
      return no('recipient_rate_limited', 'The phone has had its 10 messages of today over all of Mob.');
    case 478:
      return no('recipient_rate_limited', 'The phone has had its 5 codes of 12 hours from this app.');
    case 500:
      return failed(status, 'Mob’s server failed.');
    case 512:
      return no('permission_denied', 'Mob denied the request.');
    case 513:
      return no('authentication_failed', 'Mob does not know the appkey.');
    case 515:
      return failed(status, 'Mob’s server failed.');
    case 518:
      return no('invalid_phone_number', 'Mob calls the phone number malformed.');
    case 519:
      return no('recipient_rate_limited', 'The phone has reached its limit.');
    case 524:
      return no('recipient_rate_limited', 'Mob was asked too often.');
    case 526:
      return no('insufficient_balance', 'The balance of the Mob account is used up.');
    default:
      return unrecognized(status);
  }
}

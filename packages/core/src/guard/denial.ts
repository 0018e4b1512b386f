import type { DeadlineEnd } from '../contract/deadline.js';
import { SmsError } from '../errors/sms-error.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import type { DeniedScope } from '../telemetry/events.js';
import type { Limit, LimitScope } from './limit-store.js';

/** Why a request is denied. */
export interface Denial {
  readonly scope: DeniedScope;
  readonly error: SmsError;
}

export function destinationDenial({ country, callingCode }: PhoneNumber, remedy: string): Denial {
  const place = country === undefined ? `Calling code +${callingCode}` : `${country} (+${callingCode})`;
  const message = `${place} may not be written to: ${remedy}. Nothing was sent.`;
  return {
    scope: 'destination',
    error: new SmsError({ code: 'destination_not_allowed', outcome: 'not-sent', message }),
  };
}

/** The call has ended before it was admitted. */
export function endedDenial(scope: DeniedScope, end: DeadlineEnd, waitedFor: string): Denial {
  const message = `The call ${end === 'aborted' ? 'was aborted' : 'ran out of time'} ${waitedFor}. Nothing was sent.`;
  return { scope, error: new SmsError({ code: end, outcome: 'not-sent', message }) };
}

/** Makes the denials of one limit. */
export function limitDenials(scope: LimitScope, limit: Limit): (retryAfterMs: number) => Denial {
  const isResend = scope === 'phone' && limit.max === 1;
  const code = isResend ? 'resend_too_soon' : 'send_limit_exceeded';
  const allowance = `guard.limits.${scope} allows ${limit.max.toLocaleString('en')} in ${inWords(limit.windowMs)}`;
  const message = `${isResend ? 'It is too soon to send again' : 'Too many sends'} ${places[scope]}: ${allowance}. Nothing was sent.`;
  return (retryAfterMs) => ({
    scope,
    error: new SmsError({ code, outcome: 'not-sent', message, retryAfterMs: usable(retryAfterMs, limit) }),
  });
}

const places: Readonly<Record<LimitScope, string>> = {
  global: 'in all',
  prefix: 'to numbers with this prefix',
  ip: 'for this client address',
  phone: 'to this number',
};

const units = [
  [24 * 60 * 60 * 1000, 'd'],
  [60 * 60 * 1000, 'h'],
  [60 * 1000, 'min'],
] as const;

function inWords(windowMs: number): string {
  const [unitMs, unit] = units.find(([ms]) => windowMs % ms === 0) ?? [1000, 's'];
  return `${windowMs / unitMs} ${unit}`;
}

/** A store is somebody else's: what it says must be a time that can be waited for. */
function usable(retryAfterMs: number, { windowMs }: Limit): number {
  return retryAfterMs >= 0 && retryAfterMs <= windowMs ? Math.ceil(retryAfterMs) : windowMs;
}

import { SmsError } from '../errors/sms-error.js';

const marker = Symbol.for('polysms.StoreFull');

/** The failure of a store in memory that takes nothing further in. */
export function storeFull(message: string): SmsError {
  const error = new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
  return Object.defineProperty(error, marker, { value: true });
}

/** Whether a store is full, rather than down; also if another copy of this package made it. */
export function isStoreFull(error: SmsError): boolean {
  return marker in error;
}

import type { VendorAnswer } from '@polysms/simulator';
import { messageCodes, verifyCodes } from '../errors.js';

/** Those that do not come with 400 (documentation; of some it is not confirmed). */
const httpStatuses: ReadonlyMap<number, readonly string[]> = new Map([
  [401, ['20003', '20101', '20102', '20103', '20104', '20105', '20106', '20107']],
  [403, ['20005', '20006', '20008', '20010', '20403', '60204', '60205', '60410', '60605', '70051']],
  [404, ['20404', '21701']],
  [405, ['20004']],
  [422, ['20422']],
  [429, ['20429', '60202', '60203', '60212']],
  [500, ['20500']],
  [503, ['20503']],
  [504, ['20504']],
]);

function httpStatusOf(code: string): number {
  return [...httpStatuses].find(([, codes]) => codes.includes(code))?.[0] ?? 400;
}

/** What Twilio answers for an error code. */
export function problem(code: number | string, words?: string): VendorAnswer {
  const name = String(code);
  const status = httpStatusOf(name);
  const message = words ?? (messageCodes.get(name) ?? verifyCodes.get(name))?.message ?? `Error ${name}`;
  const number = /^\d{1,9}$/.test(name) ? Number(name) : name;
  return json(status, { code: number, message, more_info: `https://www.twilio.com/docs/errors/${name}`, status }, name);
}

export function json(status: number, body: object, name?: string): VendorAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body), name };
}

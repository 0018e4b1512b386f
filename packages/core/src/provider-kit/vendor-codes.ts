import type { Refused, Unknown } from '../contract/outcomes.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { refused, type UnsentDetails, unknown } from './outcomes.js';

/** What a code of a vendor means to us. */
export interface VendorCode {
  readonly code: SmsErrorCode;
  /** A sentence for a developer. */
  readonly message: string;
  /** `unknown` for a failure after which the message may have been sent all the same. */
  readonly outcome: 'refused' | 'unknown';
}

/** Some codes with one meaning: a list, or numbers as documentation writes them, `20003, 20101 to 20107`. */
export type VendorCodeRow = readonly [
  codes: readonly (string | number)[] | string,
  code: SmsErrorCode,
  message: string,
  outcome?: VendorCode['outcome'],
];

/** The failures of a vendor by its own codes. A map: an object would find a `toString` in itself. */
export type VendorCodes = ReadonlyMap<string, VendorCode>;

/**
 * A table of a vendor's codes. Success never stands in it.
 *
 * @param rows those of which the outcome is left out are refused
 * @throws Error if a code stands in two rows, or a text has something else than numbers
 */
export function vendorCodes(rows: readonly VendorCodeRow[]): VendorCodes {
  const table = new Map<string, VendorCode>();
  for (const [codes, code, message, outcome = 'refused'] of rows) {
    for (const each of typeof codes === 'string' ? numbersIn(codes) : codes.map(String)) {
      if (table.has(each)) throw new Error(`vendorCodes(): ${each} is there twice.`);
      table.set(each, { code, message, outcome });
    }
  }
  return table;
}

/** What a code says; undefined if it stands in no table: then the caller decides, and never for a success. */
export function outcomeOfCode(
  table: VendorCodes,
  providerCode: string,
  { retryAfterMs, cause }: Omit<UnsentDetails, 'providerCode'> = {},
): Refused | Unknown | undefined {
  const known = table.get(providerCode);
  if (known === undefined) return undefined;
  const details = cause === undefined ? { providerCode } : { providerCode, cause };
  if (known.outcome === 'unknown') return unknown(known.code, known.message, details);
  return refused(known.code, known.message, retryAfterMs === undefined ? details : { ...details, retryAfterMs });
}

function numbersIn(text: string): readonly string[] {
  return text.split(', ').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?: to (\d+))?$/.exec(part) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count > 0)) throw new Error(`vendorCodes(): ${part} is no number and no range.`);
    return Array.from({ length: count }, (_, index) => String(Number(first) + index));
  });
}

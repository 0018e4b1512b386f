import type { UndeliveredReason } from '../contract/provider-events.js';
import { safeParsePhoneNumber } from '../phone/parse.js';

/** Why messages were not delivered, by the vendor's own codes. A map: an object would find a `toString` in itself. */
export type ReasonCodes = ReadonlyMap<string, UndeliveredReason>;

/**
 * A table of reasons: `{ unreachable: [30003] }`.
 *
 * @throws Error if a code has two reasons
 */
export function reasonCodes(codes: Partial<Record<UndeliveredReason, readonly (string | number)[]>>): ReasonCodes {
  const table = new Map<string, UndeliveredReason>();
  for (const [reason, each] of Object.entries(codes)) {
    for (const code of each.map(String)) {
      if (table.has(code)) throw new Error(`reasonCodes(): ${code} is there twice.`);
      table.set(code, reason as UndeliveredReason);
    }
  }
  return table;
}

/** A phone that a vendor names in E.164; undefined for short codes, names and addresses of other channels. */
export function phoneOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('+')) return undefined;
  const parsed = safeParsePhoneNumber(value);
  return parsed.valid ? parsed.phone.e164 : undefined;
}

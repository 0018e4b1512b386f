import { createHmac, hash } from 'node:crypto';

/** SHA-256 in small hexadecimal letters, as signatures of requests want it of bodies and of canonical requests. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/**
 * HMAC-SHA256 of a text. Of several texts: the next one under the result of the one before, which is how AWS (SigV4) and
 * Tencent Cloud (TC3) derive a key from a date, a service and a fixed word.
 *
 * @param key the secret; strings are taken as UTF-8
 */
export function hmacSha256(key: string | Uint8Array, ...texts: readonly [string, ...string[]]): Buffer {
  const [first, ...others] = texts;
  let result = createHmac('sha256', key).update(first).digest();
  for (const text of others) result = createHmac('sha256', result).update(text).digest();
  return result;
}

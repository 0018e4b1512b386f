import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookContext, WebhookRequest } from '../contract/webhooks.js';

/** What {@link hmacEquals} compares. */
export interface HmacProof {
  /** As Node's `createHmac` takes it: `sha256`; `sha1` and `md5` for vendors that know nothing better. */
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512';
  /** The secret of the account. An empty one proves nothing. */
  readonly secret: string | Uint8Array;
  /** What the vendor has signed, in pieces that follow each other. */
  readonly signed: readonly (string | Uint8Array)[];
  /** What came with the request; null and undefined if nothing did. */
  readonly signature: string | null | undefined;
  /** How the vendor writes signatures: hexadecimal ones in small letters. */
  readonly encoding: 'hex' | 'base64' | 'base64url';
}

/**
 * Whether two secrets are the same, in a time that tells neither how much of them is, nor how long either is. Strings
 * are compared by their UTF-8.
 */
export function equalInConstantTime(one: string | Uint8Array, other: string | Uint8Array): boolean {
  // timingSafeEqual wants equal lengths, and hashes have one.
  return timingSafeEqual(hashOf(one), hashOf(other));
}

/** Whether a request carries the right HMAC. Compared as text: an encoding that only means the same is refused. */
export function hmacEquals({ algorithm, secret, signed, signature, encoding }: HmacProof): boolean {
  if (secret.length === 0 || typeof signature !== 'string') return false;
  const hmac = createHmac(algorithm, secret);
  for (const piece of signed) hmac.update(piece);
  return equalInConstantTime(hmac.digest(encoding), signature);
}

/**
 * Whether the URL of a request holds the secret, as `?token=…` or as the last segment of its path: the proof for vendors
 * that sign nothing. An empty secret is in no URL.
 */
export function secretInUrl(request: Pick<WebhookRequest, 'url'>, secret: string): boolean {
  if (secret === '' || !URL.canParse(request.url)) return false;
  const { pathname, searchParams } = new URL(request.url);
  // All are compared, so that the time tells nothing of which it was.
  const given = [...searchParams.getAll('token'), decoded(pathname.slice(pathname.lastIndexOf('/') + 1))];
  return given.filter((each) => equalInConstantTime(each, secret)).length > 0;
}

/** Whether a signed time is too far from now, in either direction. @param atMs since 1970; what is no number is stale */
export function isStale(atMs: number, { now, toleranceMs }: Pick<WebhookContext, 'now' | 'toleranceMs'>): boolean {
  return !(Math.abs(now - atMs) <= toleranceMs);
}

function hashOf(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest();
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

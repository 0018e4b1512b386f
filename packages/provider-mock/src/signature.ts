import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers by which the mock vendor proves that a request is its own. */
export const signatureHeaders = { timestamp: 'mock-timestamp', signature: 'mock-signature' } as const;

/** What a signature covers. */
export interface Signed {
  /** Milliseconds since 1970, as the header has them. */
  readonly timestamp: string;
  readonly url: string;
  readonly body: Uint8Array;
}

/** HMAC-SHA256 over `timestamp.url.body`, in hexadecimal digits. */
export function signatureOf({ timestamp, url, body }: Signed, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${url}.`).update(body).digest('hex');
}

/** Whether a signature is the right one, in a time that tells nothing of how much of it is. */
export function isSignatureOf(signed: Signed, given: string, secret: string): boolean {
  const right = Buffer.from(signatureOf(signed, secret));
  const bytes = Buffer.from(given);
  // timingSafeEqual() throws for other lengths. The right one is no secret.
  return bytes.length === right.length && timingSafeEqual(bytes, right);
}

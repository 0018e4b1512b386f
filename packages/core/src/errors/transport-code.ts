import { redactDigits } from './redact.js';

/**
 * What the operating system, TLS or undici called a failure: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. Safe to
 * show: it is a word in capitals, and nothing else of the cause is looked at. Undefined if the cause has none.
 */
export function transportCodeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  try {
    const { code } = cause as { readonly code?: unknown };
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? redactDigits(code) : undefined;
  } catch {
    // A getter of somebody else's error.
    return undefined;
  }
}

/** What the transport of the kit says of a failure: made of what is safe to show, and known by its class. */
export class TransportError extends Error {
  readonly code: string | undefined;

  constructor(name: string, code: string | undefined, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

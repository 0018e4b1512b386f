import type { Attempt, SmsError } from '../errors/sms-error.js';

/** A failure that time heals: nothing was sent, and a provider would have taken the message at a slower rate. */
export interface RateLimit {
  /** How long to wait, in milliseconds, if somebody has said so. */
  readonly retryAfterMs: number | undefined;
}

/** Reads an error as a {@link RateLimit}; undefined if it is none, or if the message may have been sent. */
export function rateLimitOf(error: SmsError): RateLimit | undefined {
  if (error.outcome === 'unknown') return undefined;
  const limited = error.attempts.filter(({ code }) => code === 'rate_limited');
  switch (error.code) {
    case 'rate_limited':
      return { retryAfterMs: milliseconds(error.retryAfterMs) };
    case 'all_providers_failed':
      return limited.length > 0 && error.attempts.every(isUnsent) ? { retryAfterMs: soonest(limited) } : undefined;
    default:
      return undefined;
  }
}

function isUnsent({ outcome }: Attempt): boolean {
  return outcome === 'refused' || outcome === 'not-sent';
}

/** When the first of them may be asked again. One that has not said when may be asked any time. */
function soonest(attempts: readonly Attempt[]): number | undefined {
  const waits = attempts.map(({ retryAfterMs }) => milliseconds(retryAfterMs));
  return waits.reduce((min, wait) => (min === undefined || wait === undefined ? undefined : Math.min(min, wait)));
}

/** The author of a provider may have passed on anything. */
function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

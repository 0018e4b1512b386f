import { SmsError } from '../../errors/sms-error.js';
import type { Clock } from '../../provider-kit/deadline.js';

/** How a vendor counts requests. Says how many milliseconds a refused one should wait; undefined: it takes the request. */
export type Limit = (now: number) => number | undefined;

/** `max` in each second of the clock on the wall. */
export function fixedWindow(max: number, offsetMs = 0, windowMs = 1_000): Limit {
  let window = Number.NaN;
  let count = 0;
  return (now) => {
    const current = Math.floor((now + offsetMs) / windowMs);
    if (current !== window) count = 0;
    window = current;
    if (count >= max) return (current + 1) * windowMs - offsetMs - now;
    count += 1;
    return undefined;
  };
}

/** `max` in any second. */
export function slidingWindow(max: number, windowMs = 1_000): Limit {
  const taken: number[] = [];
  return (now) => {
    while (taken[0] !== undefined && taken[0] <= now - windowMs) taken.shift();
    if (taken.length >= max) return (taken[0] ?? 0) + windowMs - now;
    taken.push(now);
    return undefined;
  };
}

/** `perSecond`, and `capacity` at once. */
export function tokenBucket(perSecond: number, capacity: number): Limit {
  let tokens = capacity;
  let filledAt = 0;
  return (now) => {
    tokens = Math.min(capacity, tokens + ((now - filledAt) * perSecond) / 1_000);
    filledAt = now;
    // Dust of sums of fractions.
    if (tokens < 1 - 1e-9) return ((1 - tokens) * 1_000) / perSecond;
    tokens -= 1;
    return undefined;
  };
}

/** What a vendor says of how long to wait: exactly, in whole seconds as `Retry-After` has them, or nothing. */
export type Hint = 'exact' | 'seconds' | 'none';

/** A vendor with a limit, which takes `latencyMs` to arrive and as long to answer. */
export class LimitedVendor {
  readonly #clock: Clock;
  readonly #limit: Limit;
  readonly #hint: Hint;
  readonly #latencyMs: () => number;
  /** What it took, in order. */
  readonly taken: number[] = [];
  refusals = 0;

  constructor(clock: Clock, limit: Limit, hint: Hint, latencyMs: () => number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#hint = hint;
    this.#latencyMs = latencyMs;
  }

  readonly send = async (message: number): Promise<string> => {
    await this.#travel();
    const waitMs = this.#limit(this.#clock.now());
    if (waitMs === undefined) this.taken.push(message);
    else this.refusals += 1;
    await this.#travel();
    if (waitMs === undefined) return `r${message}`;
    throw rateLimited({ none: undefined, exact: waitMs, seconds: Math.ceil(waitMs / 1_000) * 1_000 }[this.#hint]);
  };

  #travel(): Promise<void> {
    const latencyMs = this.#latencyMs();
    return new Promise((resolve) => {
      if (latencyMs === 0) resolve();
      else this.#clock.after(latencyMs, resolve);
    });
  }
}

/** A refusal because of the rate. */
export function rateLimited(retryAfterMs?: number): SmsError {
  return new SmsError({ code: 'rate_limited', outcome: 'refused', message: 'Slow down.', retryAfterMs });
}

import type { Attempt, SmsError } from '../errors/sms-error.js';
import type { Clock } from '../provider-kit/deadline.js';
import { LearnedRate } from './learned-rate.js';

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

/** A message that was refused because of the rate and waits to be sent again. */
interface Held {
  /** When its failure is its result. */
  readonly until: number;
  settle(mayBegin: boolean): void;
}

/** What a {@link RateGate} works with. */
export interface RateGateDeps {
  /** How long one message may be held back. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Where the messages of a batch wait while it is too fast for the vendor. Those that were refused go first, the one
 * that was held the longest before the others; new ones are not even read. One timer, however many wait.
 */
export class RateGate {
  readonly #maxWaitMs: number;
  readonly #clock: Clock;
  readonly #rate: LearnedRate;
  /** Sorted by `until`. */
  readonly #held: Held[] = [];
  #newcomer: ((mayBegin: boolean) => void) | undefined;
  #hasEnded = false;
  #stopTimer: (() => void) | undefined;

  constructor({ maxWaitMs, clock, random }: RateGateDeps) {
    this.#maxWaitMs = maxWaitMs;
    this.#clock = clock;
    this.#rate = new LearnedRate(maxWaitMs, random);
  }

  /** Messages that wait to be sent again. */
  get held(): number {
    return this.#held.length;
  }

  /**
   * Asks whether a new message may begin; one asks at a time. `undefined`: at once. False: never, since the gate has
   * ended.
   */
  enter(): Promise<boolean> | undefined {
    const now = this.#clock.now();
    if (!this.#hasEnded && this.#held.length === 0 && this.#rate.readyAt <= now) {
      this.#rate.begin(now);
      return undefined;
    }
    return new Promise((resolve) => {
      if (this.#hasEnded) return resolve(false);
      this.#newcomer = resolve;
      this.#wait();
    });
  }

  /** A message that began at `begunAt` was accepted. */
  accepted(begunAt: number): void {
    this.#rate.accepted(begunAt);
  }

  /**
   * A message was refused because of the rate. Asks whether it may begin again: resolves with true when it may, with
   * false when its failure is its result. `undefined`: it is its result at once.
   *
   * @param heldSince when it was refused for the first time
   */
  again(begunAt: number, heldSince: number, { retryAfterMs }: RateLimit): Promise<boolean> | undefined {
    if (this.#maxWaitMs === 0 || this.#hasEnded) return undefined;
    const isWorthIt = this.#rate.refused(this.#clock.now(), begunAt, retryAfterMs);
    const until = heldSince + this.#maxWaitMs;
    // What has been learned counts for the others as well: they may wait shorter now, or longer.
    this.#rest();
    const waits =
      isWorthIt && this.#rate.readyAt <= until
        ? new Promise<boolean>((resolve) => this.#hold({ until, settle: resolve }))
        : undefined;
    this.#wait();
    return waits;
  }

  /** Ends all waiting: what is held has failed, and nothing further begins. May be called twice. */
  end(): void {
    this.#hasEnded = true;
    this.#rest();
    for (const { settle } of this.#held.splice(0)) settle(false);
    this.#newcomer?.(false);
    this.#newcomer = undefined;
  }

  #hold(held: Held): void {
    let place = this.#held.length;
    while (place > 0 && (this.#held[place - 1]?.until ?? 0) > held.until) place -= 1;
    this.#held.splice(place, 0, held);
  }

  #serve(): void {
    this.#stopTimer = undefined;
    const now = this.#clock.now();
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const mayBegin = this.#rate.readyAt <= now;
      if (!mayBegin && now < first.until) break;
      this.#held.shift();
      if (mayBegin) this.#rate.begin(now);
      first.settle(mayBegin);
    }
    if (this.#held.length === 0 && this.#newcomer !== undefined && this.#rate.readyAt <= now) {
      this.#rate.begin(now);
      this.#newcomer(true);
      this.#newcomer = undefined;
    }
    this.#wait();
  }

  #wait(): void {
    if (this.#stopTimer !== undefined || (this.#held.length === 0 && this.#newcomer === undefined)) return;
    const until = Math.min(this.#rate.readyAt, this.#held[0]?.until ?? Number.POSITIVE_INFINITY);
    this.#stopTimer = this.#clock.after(Math.max(0, until - this.#clock.now()), () => this.#serve());
  }

  #rest(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

/** The first wait where the vendor does not say how long: most count by the second. Doubled while it does not help. */
const firstWaitMs = 1_000;
const longestWaitMs = 10_000;
/** How much of a rate that was too fast is kept. */
const kept = 0.95;
/** From there the rate comes back to what it was in this time: a burst has shown less of it than a run. */
const recoveryMs = { afterBurst: 4_000, afterRun: 8_000 };
/** And then it doubles in every such time. */
const doublingMs = 1_000;
/** Timers are not exact; to lose a little at each message would add up. */
const forgivenMs = 5;

/**
 * How fast a batch may go, learned from what is accepted and refused. Only arithmetic: the time is given.
 *
 * Without a limit until the first refusal. Then nothing is begun until the wait is over, and after it messages are
 * spaced by a rate: what the last second has shown to be accepted, less a little; after a run that was too short to
 * show anything, half of what was too fast. Unrefused, the rate grows back to that, slowly, and then beyond it,
 * quickly. So it settles just below the vendor's rate, touches it every few seconds with one message, and finds out
 * soon if the vendor has become quicker.
 */
export class LearnedRate {
  readonly #maxWaitMs: number;
  readonly #random: () => number;
  readonly #accepted = new LastSecond();
  #isLimited = false;
  /** Messages in a second at the beginning of this run. */
  #perSecond = 0;
  #recoveryMs = recoveryMs.afterBurst;
  /** A run lasts from one wait to the next. */
  #runSince = Number.NEGATIVE_INFINITY;
  #nextAt = Number.NEGATIVE_INFINITY;
  #waitUntil = Number.NEGATIVE_INFINITY;
  /** The wait that is under way, which began because of a message of this run. */
  #slowing: { readonly begunAt: number; readonly windowMs: number } | undefined;
  /** Waits in a row after which nothing was accepted. */
  #fruitlessWaits = 0;
  /** Nothing was accepted for so long that nothing is held back, until something is. */
  #hasGivenUp = false;
  /** The first refusal since something was accepted. */
  #dryFrom: number | undefined;

  /**
   * @param maxWaitMs how long it may hold everything back without anything being accepted
   * @param random from 0 to 1: several processes must not come back at once
   */
  constructor(maxWaitMs: number, random: () => number) {
    this.#maxWaitMs = maxWaitMs;
    this.#random = random;
  }

  /** The moment from which a message may begin. */
  get readyAt(): number {
    return Math.max(this.#waitUntil, this.#nextAt);
  }

  /** A message begins. */
  begin(now: number): void {
    if (this.#slowing !== undefined) this.#run(now, this.#slowing);
    if (this.#isLimited) this.#nextAt = Math.max(this.#nextAt, now - forgivenMs) + 1000 / this.#rateAt(now);
  }

  accepted(begunAt: number): void {
    this.#fruitlessWaits = 0;
    this.#dryFrom = undefined;
    this.#hasGivenUp = false;
    if (begunAt >= this.#runSince) this.#accepted.add(begunAt);
  }

  /**
   * A message was refused because of the rate.
   *
   * @returns whether it is worth waiting: if so, {@link readyAt} is not before the end of the wait
   */
  refused(now: number, begunAt: number, retryAfterMs: number | undefined): boolean {
    if (this.#hasGivenUp) return false;
    this.#dryFrom ??= now;
    const isNews = this.#slowing === undefined && begunAt >= this.#runSince;
    // Those that were begun with it, or before, say nothing new; but nobody is asked before the time that he names.
    const waitMs = isNews ? Math.max(retryAfterMs ?? 0, this.#ownWaitMs(retryAfterMs)) : (retryAfterMs ?? 0);
    if (now + waitMs > this.#dryFrom + this.#maxWaitMs) {
      // A single hint that is too long says nothing of the other messages; a time without any acceptance does.
      if (waitMs <= this.#maxWaitMs || now > this.#dryFrom) this.#giveUp(now);
      return false;
    }
    this.#waitUntil = Math.max(this.#waitUntil, now + waitMs);
    if (!isNews) return true;
    this.#fruitlessWaits += 1;
    this.#slowing = { begunAt, windowMs: Math.max(100, Math.min(1000, retryAfterMs ?? 1000)) };
    return true;
  }

  /** Our own wait, if the vendor names none, or if the one that it has named did not help. */
  #ownWaitMs(retryAfterMs: number | undefined): number {
    const doublings = this.#fruitlessWaits - (retryAfterMs === undefined ? 0 : 1);
    if (doublings < 0) return 0;
    return Math.min(longestWaitMs, firstWaitMs * 2 ** doublings) * (1 + this.#random() / 4);
  }

  /** A wait is over: what was accepted of the run before it tells how fast the next one may be. */
  #run(now: number, { begunAt, windowMs }: { readonly begunAt: number; readonly windowMs: number }): void {
    const before = this.#isLimited ? this.#rateAt(begunAt) : Number.POSITIVE_INFINITY;
    const acceptedInSecond = this.#accepted.count(begunAt);
    const hasShown = begunAt - this.#runSince >= 1000;
    const shown = this.#isLimited ? (hasShown ? acceptedInSecond : before / 2) : (acceptedInSecond * 1000) / windowMs;
    this.#perSecond = kept * Math.min(before, Math.max(shown, 1));
    this.#recoveryMs = this.#isLimited ? recoveryMs.afterRun : recoveryMs.afterBurst;
    this.#isLimited = true;
    this.#slowing = undefined;
    this.#runSince = now;
    this.#nextAt = now;
    this.#accepted.clear();
  }

  #rateAt(now: number): number {
    const runMs = Math.max(0, now - this.#runSince);
    const top = this.#perSecond / kept;
    if (runMs > this.#recoveryMs) return top * 2 ** ((runMs - this.#recoveryMs) / doublingMs);
    return this.#perSecond + (top - this.#perSecond) * (runMs / this.#recoveryMs);
  }

  /** To hold back has not helped, so it ends: what is left of the batch gets failures of its own without delay. */
  #giveUp(now: number): void {
    this.#hasGivenUp = true;
    this.#isLimited = false;
    this.#slowing = undefined;
    this.#runSince = now;
    this.#nextAt = Number.NEGATIVE_INFINITY;
    this.#waitUntil = Number.NEGATIVE_INFINITY;
    this.#accepted.clear();
  }
}

const secondMs = 1_000;

/** Counts what happened in about the last second, in two numbers however often it happens. */
export class LastSecond {
  #startedAt = Number.NEGATIVE_INFINITY;
  #inThis = 0;
  #inTheOneBefore = 0;

  add(at: number): void {
    this.#moveTo(at);
    this.#inThis += 1;
  }

  /** How many in the second before `at`. Those of the calendar's second before count by the part of it that is left. */
  count(at: number): number {
    this.#moveTo(at);
    const passed = Math.max(0, at - this.#startedAt) / secondMs;
    return this.#inThis + this.#inTheOneBefore * Math.max(0, 1 - passed);
  }

  clear(): void {
    this.#startedAt = Number.NEGATIVE_INFINITY;
    this.#inThis = 0;
    this.#inTheOneBefore = 0;
  }

  #moveTo(at: number): void {
    if (at < this.#startedAt + secondMs) return;
    const isNext = at < this.#startedAt + 2 * secondMs;
    this.#inTheOneBefore = isNext ? this.#inThis : 0;
    this.#inThis = 0;
    this.#startedAt = isNext ? this.#startedAt + secondMs : at;
  }
}

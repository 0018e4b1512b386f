const minuteMs = 60_000;
const twelveHoursMs = 12 * 60 * minuteMs;
const dayMs = 24 * 60 * minuteMs;
/** Mob's days begin at midnight in China, which has had one time zone and no summer time since 1991. */
const chinaOffsetMs = 8 * 60 * minuteMs;

/** What was sent to one phone, or by one app: in the last minute, in the 12-hour window and on this day. */
export class SendCounts {
  readonly #lastMinute: number[] = [];
  #day = Number.NaN;
  #onDay = 0;
  #windowStartedAt = 0;
  #inWindow = 0;

  /** Sends in the 60 seconds up to now, as far as {@link SendCounts.add} was asked to keep them. */
  inLastMinute(now: number): number {
    return this.#lastMinute.filter((sentAt) => now - sentAt < minuteMs).length;
  }

  /** Sends since the first of the day, or since the first after its 12 hours were over. */
  inTwelveHours(now: number): number {
    return this.#day === chinaDay(now) && now - this.#windowStartedAt < twelveHoursMs ? this.#inWindow : 0;
  }

  onDay(now: number): number {
    return this.#day === chinaDay(now) ? this.#onDay : 0;
  }

  /** @param minuteLimit how many of the last minute's sends are worth keeping; Infinity: none, since none is looked at */
  add(now: number, minuteLimit: number): void {
    this.#inWindow = this.inTwelveHours(now) + 1;
    if (this.#inWindow === 1) this.#windowStartedAt = now;
    this.#onDay = this.onDay(now) + 1;
    this.#day = chinaDay(now);
    if (minuteLimit === Number.POSITIVE_INFINITY) return;
    this.#lastMinute.push(now);
    if (this.#lastMinute.length > minuteLimit) this.#lastMinute.shift();
  }
}

function chinaDay(now: number): number {
  return Math.floor((now + chinaOffsetMs) / dayMs);
}

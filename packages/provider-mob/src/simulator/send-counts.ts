import type { MobTwelveHourWindow } from './settings.js';

const minuteMs = 60_000;
const twelveHoursMs = 12 * 60 * minuteMs;
const dayMs = 24 * 60 * minuteMs;
/** Mob's days begin at midnight in China, which has had one time zone and no summer time since 1991. */
const chinaOffsetMs = 8 * 60 * minuteMs;

/** What was sent to one phone, or by one app: in the last minute, in 12 hours and on this day. */
export class SendCounts {
  /** When the newest were sent, oldest first. */
  readonly #sentAt: number[] = [];
  #day = Number.NaN;
  #onDay = 0;
  #dayWindowStartedAt = 0;
  #inDayWindow = 0;

  /** Whether `limit` sends were in the last 60 seconds, as far as {@link SendCounts.add} was asked to keep them. */
  reachesInMinute(limit: number, now: number): boolean {
    return this.#reaches(limit, minuteMs, now);
  }

  /** Whether `limit` sends were in 12 hours; in a rolling window as far as {@link SendCounts.add} was asked to keep them. */
  reachesInTwelveHours(limit: number, now: number, window: MobTwelveHourWindow): boolean {
    switch (window) {
      case 'rolling':
        return this.#reaches(limit, twelveHoursMs, now);
      case 'midnight':
        return this.#sinceFirstOfDay(now) >= limit;
    }
  }

  onDay(now: number): number {
    return this.#day === chinaDay(now) ? this.#onDay : 0;
  }

  /** @param kept of how many sends the times are worth keeping */
  add(now: number, kept: number): void {
    this.#inDayWindow = this.#sinceFirstOfDay(now) + 1;
    if (this.#inDayWindow === 1) this.#dayWindowStartedAt = now;
    this.#onDay = this.onDay(now) + 1;
    this.#day = chinaDay(now);
    this.#sentAt.push(now);
    if (this.#sentAt.length > kept) this.#sentAt.splice(0, this.#sentAt.length - kept);
  }

  /** Looks at one time only: of as many sends as the limit allows, the oldest. */
  #reaches(limit: number, ms: number, now: number): boolean {
    if (limit === 0) return true;
    const sentAt = this.#sentAt.at(-limit);
    return sentAt !== undefined && now - sentAt < ms;
  }

  /** Sends since the first of the day, or since the first after its 12 hours were over. */
  #sinceFirstOfDay(now: number): number {
    return this.#day === chinaDay(now) && now - this.#dayWindowStartedAt < twelveHoursMs ? this.#inDayWindow : 0;
  }
}

function chinaDay(now: number): number {
  return Math.floor((now + chinaOffsetMs) / dayMs);
}

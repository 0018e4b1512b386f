import { BoundedMap } from '@polysms/simulator';
import { SendCounts } from './send-counts.js';
import type { MobLimits } from './settings-schema.js';

/** An app's message to a phone. */
export interface Send {
  readonly appKey: string;
  /** E.164. */
  readonly to: string;
}

/**
 * Counts what was sent and says which limit the next message would break. Asking counts nothing, except that
 * an app that breaks its limit for a minute is suspended.
 */
export class SendLimits {
  readonly #codesByPhoneAndApp: BoundedMap<SendCounts>;
  readonly #customByPhoneAndApp: BoundedMap<SendCounts>;
  readonly #byPhone: BoundedMap<SendCounts>;
  readonly #byApp: BoundedMap<SendCounts>;
  readonly #suspendedUntil: BoundedMap<number>;

  /** @param remembered how many phones (or apps) are counted at a time; the one quiet for longest is forgotten */
  constructor(remembered: number) {
    this.#codesByPhoneAndApp = new BoundedMap(remembered);
    this.#customByPhoneAndApp = new BoundedMap(remembered);
    this.#byPhone = new BoundedMap(remembered);
    this.#byApp = new BoundedMap(remembered);
    this.#suspendedUntil = new BoundedMap(remembered);
  }

  isSuspended(appKey: string, now: number): boolean {
    const until = this.#suspendedUntil.get(appKey);
    return until !== undefined && now < until;
  }

  /** The limit that one more code would break, by its status; 460 if it suspends the app. */
  codeRefusal(
    send: Send,
    now: number,
    rules: { readonly limits: MobLimits; readonly reviewed: boolean },
  ): 460 | 462 | 463 | 476 | 477 | 478 | undefined {
    const { limits, reviewed } = rules;
    if (this.#suspends(send.appKey, now, limits)) return 460;
    const app = this.#byApp.get(send.appKey);
    if (!reviewed && app !== undefined && app.onDay(now) >= limits.unreviewedPerDay) return 476;
    const phone = this.#codesByPhoneAndApp.get(phoneAndApp(send)) ?? new SendCounts();
    if (phone.inLastMinute(now) >= limits.perMinute) return 462;
    if (phone.inTwelveHours(now) >= limits.perTwelveHours) return 478;
    if (phone.onDay(now) >= limits.perDay) return 463;
    const platform = this.#byPhone.get(send.to) ?? new SendCounts();
    return platform.onDay(now) >= limits.perDayOnPlatform ? 477 : undefined;
  }

  /** The limit that one more template message would break, by its status; 211 if it suspends the app. */
  customRefusal(send: Send, now: number, limits: MobLimits): 211 | 219 | 220 | undefined {
    if (this.#suspends(send.appKey, now, limits)) return 211;
    const phone = this.#customByPhoneAndApp.get(phoneAndApp(send)) ?? new SendCounts();
    if (phone.inLastMinute(now) >= limits.custom.perMinute) return 219;
    return phone.inTwelveHours(now) >= limits.custom.perTwelveHours ? 220 : undefined;
  }

  countCode(send: Send, now: number, limits: MobLimits): void {
    count(this.#codesByPhoneAndApp, phoneAndApp(send), now, limits.perMinute);
    count(this.#byApp, send.appKey, now, limits.appPerMinute);
    this.countOnPlatform(send.to, now);
  }

  countCustom(send: Send, now: number, limits: MobLimits): void {
    count(this.#customByPhoneAndApp, phoneAndApp(send), now, limits.custom.perMinute);
    count(this.#byApp, send.appKey, now, limits.appPerMinute);
  }

  /** Counts a message of Mob's mobile SDK, whichever app it is for. */
  countOnPlatform(to: string, now: number): void {
    count(this.#byPhone, to, now, Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.#codesByPhoneAndApp.clear();
    this.#customByPhoneAndApp.clear();
    this.#byPhone.clear();
    this.#byApp.clear();
    this.#suspendedUntil.clear();
  }

  #suspends(appKey: string, now: number, limits: MobLimits): boolean {
    const app = this.#byApp.get(appKey) ?? new SendCounts();
    if (app.inLastMinute(now) < limits.appPerMinute) return false;
    this.#suspendedUntil.set(appKey, now + limits.suspensionMs);
    return true;
  }
}

function phoneAndApp(send: Send): string {
  return `${send.to} ${send.appKey}`;
}

function count(all: BoundedMap<SendCounts>, key: string, now: number, minuteLimit: number): void {
  const counts = all.get(key) ?? new SendCounts();
  counts.add(now, minuteLimit);
  all.set(key, counts);
}

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
    const codes = this.#codesByPhoneAndApp.get(phoneAndApp(send)) ?? new SendCounts();
    if (codes.reachesInMinute(limits.perMinute, now)) return 462;
    if (codes.reachesInTwelveHours(limits.perTwelveHours, now, limits.twelveHourWindow)) return 478;
    const templates = this.#customByPhoneAndApp.get(phoneAndApp(send)) ?? new SendCounts();
    if (codes.onDay(now) + templates.onDay(now) >= limits.perDay) return 463;
    const platform = this.#byPhone.get(send.to) ?? new SendCounts();
    return platform.onDay(now) >= limits.perDayOnPlatform ? 477 : undefined;
  }

  /** The limit that one more template message would break, by its status; 211 if it suspends the app. */
  customRefusal(send: Send, now: number, limits: MobLimits): 211 | 219 | 220 | undefined {
    if (this.#suspends(send.appKey, now, limits)) return 211;
    const { custom, twelveHourWindow } = limits;
    const phone = this.#customByPhoneAndApp.get(phoneAndApp(send)) ?? new SendCounts();
    if (phone.reachesInMinute(custom.perMinute, now)) return 219;
    return phone.reachesInTwelveHours(custom.perTwelveHours, now, twelveHourWindow) ? 220 : undefined;
  }

  countCode(send: Send, now: number, limits: MobLimits): void {
    count(this.#codesByPhoneAndApp, phoneAndApp(send), now, keptFor(limits.perMinute, limits.perTwelveHours));
    count(this.#byApp, send.appKey, now, keptFor(limits.appPerMinute));
    this.countOnPlatform(send.to, now);
  }

  countCustom(send: Send, now: number, limits: MobLimits): void {
    const { perMinute, perTwelveHours } = limits.custom;
    count(this.#customByPhoneAndApp, phoneAndApp(send), now, keptFor(perMinute, perTwelveHours));
    count(this.#byApp, send.appKey, now, keptFor(limits.appPerMinute));
    this.countOnPlatform(send.to, now);
  }

  /**
   * Counts any message to a phone, whichever app or SDK sent it. Mob's page says of 477:
   * 当前手机号码在SMSSDK平台内每天最多可发送短信10条，包括客户端发送和WebApi发送, at most 10 messages a day within the
   * platform, those of clients and those of the Web API. Of 478 it says 文本验证码, text codes.
   */
  countOnPlatform(to: string, now: number): void {
    count(this.#byPhone, to, now, 0);
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
    if (!app.reachesInMinute(limits.appPerMinute, now)) return false;
    this.#suspendedUntil.set(appKey, now + limits.suspensionMs);
    return true;
  }
}

function phoneAndApp(send: Send): string {
  return `${send.to} ${send.appKey}`;
}

/** Of how many sends the times are kept at least, so that a limit that is set later sees what was sent before. */
const keptAtLeast = 20;

function keptFor(...limits: readonly number[]): number {
  return Math.max(keptAtLeast, ...limits.filter(Number.isFinite));
}

function count(all: BoundedMap<SendCounts>, key: string, now: number, kept: number): void {
  const counts = all.get(key) ?? new SendCounts();
  counts.add(now, kept);
  all.set(key, counts);
}

import type { MobTemplate } from './templates.js';

/**
 * How Mob's console is set up: everything that can also be changed at run time.
 * Where a field is left out (or null, in JSON) its default holds. Over JSON, Infinity is the string `"Infinity"`.
 */
export interface MobSimulatorSettings {
  /** The only legal appkey. Default: every non-empty key of at most 128 characters is legal, each an app of its own. */
  readonly appKey?: string | undefined;
  /** Messages left, shared by all apps. Default Infinity. At 0, sendmsg answers 470 and custom/msg 213. */
  readonly balance?: number | undefined;
  /** Addresses that may call sendmsg, checkcode and custom/msg (471, 214); Mob takes at most 10. Default: every address. */
  readonly allowedIps?: readonly string[] | undefined;
  /** Zones that can be sent to (461, 221); a new Mob account has `['86']`. Default: every zone. */
  readonly zones?: readonly string[] | undefined;
  /** Phones in E.164 that can be sent nothing (458, 210). */
  readonly blockedPhones?: readonly string[] | undefined;
  /** The Web-API switch of sendmsg and checkcode (469). Default true. */
  readonly webApiEnabled?: boolean | undefined;
  /** The server-verification switch of /sms/verify (474). Default true. */
  readonly sdkVerificationEnabled?: boolean | undefined;
  /** Whether sendmsg may send at all (460). Default true. */
  readonly sendingEnabled?: boolean | undefined;
  /** The switch of custom/msg (212). Default true. */
  readonly customEnabled?: boolean | undefined;
  /** Whether the account is in good standing; custom/msg answers 211 if not. Default true. */
  readonly accountNormal?: boolean | undefined;
  /** Whether Mob has reviewed the app. If not, `limits.unreviewedPerDay` holds (476). Default true. */
  readonly reviewed?: boolean | undefined;
  /** Approved templates of custom/msg by number: letters, digits, `_` and `-`, at most 64. Default: none. */
  readonly templates?: Readonly<Record<string, MobTemplate>> | undefined;
  /**
   * Whether every other template counts as approved too, whatever its variables; its message lists them:
   * `Template 2901: order=42`. For a start without `templates`. Default false.
   */
  readonly anyTemplate?: boolean | undefined;
  /** Words that no rendered text of custom/msg may have in it (209). Default: none. */
  readonly sensitiveWords?: readonly string[] | undefined;
  /** The longest value of a template's variable, in characters (215). Default 10; one source says 16. */
  readonly templateValueMaxLength?: number | undefined;
  /** The longest rendered text of custom/msg, in characters (222). Default 70; one source says 60. */
  readonly textMaxLength?: number | undefined;
  /** Digits of a code, 4 to 8. Default 4. */
  readonly codeLength?: number | undefined;
  /** How long a code can be checked, in milliseconds (468). Default 300000, five minutes. */
  readonly codeLifetimeMs?: number | undefined;
  /** Checks of one code, right ones included; the next is answered 467. Default 3. */
  readonly maxChecks?: number | undefined;
  /** Whether a right check uses the code up, so that the next one is answered 468. Default true; Mob does not say. */
  readonly consumeOnApproval?: boolean | undefined;
  /** How much can be sent. What is left out keeps its value in `configure`. */
  readonly limits?: MobLimitSettings | undefined;
}

/** Limits, each a count that may be reached; the next message is refused. Infinity switches one off. */
export interface MobLimitSettings {
  /** Codes to a phone in an app within 60 seconds (462). Default Infinity: Mob's page of the Web API has no such status. */
  readonly perMinute?: number | undefined;
  /** Codes to a phone in an app within 12 hours (478); templates are not codes. Default 5. */
  readonly perTwelveHours?: number | undefined;
  /** Which 12 hours count for 478 and 220. Default `rolling`. */
  readonly twelveHourWindow?: MobTwelveHourWindow | undefined;
  /** Messages to a phone in an app on a day in China, codes and templates (463). Default Infinity: Mob names no number. */
  readonly perDay?: number | undefined;
  /**
   * Messages to a phone on a day in China over all apps: codes, templates and what the mobile SDK sends (477).
   * Default 10. It refuses codes only, since custom/msg has no status for it.
   */
  readonly perDayOnPlatform?: number | undefined;
  /** Messages of an app on a day in China while it is not reviewed (476). Default 20. */
  readonly unreviewedPerDay?: number | undefined;
  /** Messages of an app within 60 seconds; one more suspends it (460, 211). Default Infinity; a single source says 100. */
  readonly appPerMinute?: number | undefined;
  /** How long a suspension lasts, in milliseconds. Default 60000; Mob says "for a time". */
  readonly suspensionMs?: number | undefined;
  /** The limits of custom/msg. */
  readonly custom?: MobCustomLimitSettings | undefined;
}

/**
 * Which 12 hours a limit looks at. `rolling`: the last 12 hours, at every moment, as Mob's page says it.
 * `midnight`: 12 hours from the day's first message, and no longer than until midnight in China, as later articles
 * describe it.
 */
export type MobTwelveHourWindow = 'rolling' | 'midnight';

/** Limits of custom/msg, for a phone in an app. */
export interface MobCustomLimitSettings {
  /** Messages within 60 seconds (219). Default 5. */
  readonly perMinute?: number | undefined;
  /** Messages within 12 hours (220), as `twelveHourWindow` counts them. Default 5. */
  readonly perTwelveHours?: number | undefined;
}

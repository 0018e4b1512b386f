import {
  baseUrlProblem,
  type ConnectionOptions,
  connectionOptions,
  longestDelayMs,
  parseOptions,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';

/** How to reach one Mob account. The certificates of `ca` are for a gateway, or for the simulator. */
export interface MobOptions extends ConnectionOptions {
  /** The appkey of the app, from Mob's dashboard. */
  readonly appKey: string;
  /** The name of this account in routes, errors and events. Default `mob`. */
  readonly id?: string | undefined;
  /** Where sendmsg, checkcode and verify live. Default `https://webapi.sms.mob.com`. */
  readonly baseUrl?: string | undefined;
  /** Where custom/msg lives. Default: the base URL. */
  readonly customBaseUrl?: string | undefined;
  /** The template that sendmsg uses instead of the app's default one. One source of the protocol page knows it. */
  readonly verificationTemplate?: string | undefined;
  /** How long a code of Mob's is good for, in milliseconds, as set in Mob's console. Default 300000, five minutes. */
  readonly codeLifetimeMs?: number | undefined;
}

const lifetime = 'must be a whole number of milliseconds, at least 1';
const template = 'must be the id of a template, a string without spaces';
const appKey = 'must be the appkey from Mob’s dashboard, a string without spaces';

const fields = {
  appKey: v.pipe(v.string(appKey), v.regex(/^[\x21-\x7e]+$/, appKey)),
  id: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    ),
    'mob',
  ),
  baseUrl: v.optional(v.string('must be a URL'), 'https://webapi.sms.mob.com'),
  customBaseUrl: v.optional(v.string('must be a URL')),
  verificationTemplate: v.optional(v.pipe(v.string(template), v.regex(/^\S+$/, template))),
  codeLifetimeMs: v.optional(
    v.pipe(v.number(lifetime), v.integer(lifetime), v.minValue(1, lifetime), v.maxValue(longestDelayMs, lifetime)),
    300_000,
  ),
  ...connectionOptions,
};

/** What each option must be, by name. */
export const mobFields: Readonly<Record<string, v.GenericSchema>> = fields;

const schema = v.pipe(
  v.strictObject(fields, ({ expected, message }) =>
    expected === '"appKey"' ? 'is missing; it is in Mob’s dashboard' : message,
  ),
  // The transport checks what it is given, and would call this one baseUrl.
  v.forward(
    v.partialCheck(
      [['customBaseUrl'], ['allowPlainHttp']],
      ({ customBaseUrl, allowPlainHttp }) =>
        customBaseUrl === undefined || baseUrlProblem(customBaseUrl, allowPlainHttp) === undefined,
      ({ input }) => baseUrlProblem(input.customBaseUrl ?? '', input.allowPlainHttp) ?? '',
    ),
    ['customBaseUrl'],
  ),
);

/** The options with their defaults. */
export type ParsedMobOptions = v.InferOutput<typeof schema>;

/** @throws SmsError `configuration_invalid`, naming every wrong option */
export function parseMobOptions(options: unknown): ParsedMobOptions {
  return parseOptions(mobOwner, schema, options);
}

/** The function that the user calls, for messages. */
export const mobOwner = 'mob()';

import {
  baseUrlProblem,
  type HttpTransportOptions,
  longestDelayMs,
  paceProblem,
  parseOptions,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';

/** What Mob's options share with every provider over HTTP. */
type ConnectionOptions = Pick<
  HttpTransportOptions,
  'connections' | 'connectTimeoutMs' | 'keepAliveMs' | 'ca' | 'allowPlainHttp' | 'dispatcher' | 'maxPerSecond' | 'burst'
>;

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

const optionalText = (message: string) => v.optional(v.pipe(v.string(message), v.regex(/^\S+$/, message)));
const whole = (message: string) =>
  v.pipe(v.number(message), v.integer(message), v.minValue(1, message), v.maxValue(longestDelayMs, message));
const wholeNumber = (message: string) => v.optional(whole(message));
const pemMessage = 'must be certificates in PEM (-----BEGIN CERTIFICATE-----), one string or an array';
const pem = v.pipe(v.string(pemMessage), v.includes('-----BEGIN CERTIFICATE-----', pemMessage));

const appKeyMessage = 'must be the appkey from Mob’s dashboard, a string without spaces';
const fields = {
  appKey: v.pipe(v.string(appKeyMessage), v.regex(/^[\x21-\x7e]+$/, appKeyMessage)),
  id: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    ),
    'mob',
  ),
  baseUrl: v.optional(v.string('must be a URL'), 'https://webapi.sms.mob.com'),
  customBaseUrl: v.optional(v.string('must be a URL')),
  verificationTemplate: optionalText('must be the id of a template, a string without spaces'),
  codeLifetimeMs: v.optional(whole('must be a whole number of milliseconds, at least 1'), 300_000),
  connections: wholeNumber('must be a whole number of at least 1'),
  connectTimeoutMs: wholeNumber('must be a whole number of milliseconds, at least 1'),
  keepAliveMs: wholeNumber('must be a whole number of milliseconds, at least 1'),
  ca: v.optional(v.union([pem, v.pipe(v.array(pem), v.minLength(1, pemMessage))], pemMessage)),
  allowPlainHttp: v.optional(v.boolean('must be true or false'), false),
  maxPerSecond: v.optional(v.number('must be a number of requests a second')),
  burst: v.optional(v.number('must be a number of requests')),
  dispatcher: v.optional(
    v.custom<NonNullable<HttpTransportOptions['dispatcher']>>(
      (value) => typeof value === 'object' && value !== null && 'dispatch' in value,
      'must be a Dispatcher of undici 7',
    ),
  ),
};

/** What each option must be, by name. Without its types: that of a dispatcher would need undici in the app. */
export const mobFields: Readonly<Record<string, v.GenericSchema>> = fields;

const schema = v.pipe(
  v.strictObject(fields, (issue) => {
    if (issue.expected === 'never') return 'is not an option';
    return issue.expected === 'Object'
      ? 'takes an object of options with at least an appKey'
      : 'is missing; it is in Mob’s dashboard';
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const options = dataset.value;
    const refuse = (field: keyof typeof options, message: string) =>
      addIssue({
        message,
        path: [{ type: 'object', origin: 'value', input: options, key: field, value: options[field] }],
      });
    for (const field of ['ca', 'connections', 'connectTimeoutMs', 'keepAliveMs'] as const) {
      if (options.dispatcher !== undefined && options[field] !== undefined) {
        refuse(field, 'belongs to the dispatcher; set it there');
      }
    }
    const wrongPace = paceProblem(options);
    if (wrongPace !== undefined) refuse(wrongPace.option, wrongPace.message);
    for (const field of ['baseUrl', 'customBaseUrl'] as const) {
      const value = options[field];
      const problem = value === undefined ? undefined : baseUrlProblem(value, options.allowPlainHttp);
      if (problem !== undefined) refuse(field, problem);
    }
  }),
);

type Defaulted = 'id' | 'baseUrl' | 'allowPlainHttp' | 'codeLifetimeMs';

/** The options with their defaults. Written out: the type of the schema would need undici in the app. */
export type ParsedMobOptions = Omit<MobOptions, Defaulted> & {
  readonly [Name in Defaulted]: NonNullable<MobOptions[Name]>;
};

/** @throws SmsError `configuration_invalid`, naming every wrong option */
export function parseMobOptions(options: unknown): ParsedMobOptions {
  return parseOptions('mob()', schema, options);
}

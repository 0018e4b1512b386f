import {
  accountId,
  type ByCountry,
  baseUrlProblem,
  byCountry,
  type ConnectionOptions,
  connectionOptions,
  credential,
  longestDelayMs,
  matching,
  parseOptions,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';

/** How to reach one account of Alibaba Cloud's. The certificates of `ca` are for a gateway, or for the simulator. */
export interface AliyunOptions extends ConnectionOptions {
  /** The id of an AccessKey of a RAM user that may `dysms:SendSms` and `dysms:QuerySendDetails`; in the RAM console. */
  readonly accessKeyId?: string | undefined;
  /** Its secret, which the RAM console shows once. */
  readonly accessKeySecret?: string | undefined;
  /** The token of temporary credentials (STS). It expires: use `credentials` in a process that lives longer. */
  readonly securityToken?: string | undefined;
  /** Instead of the three: gives the credentials of the moment. Asked for each request, so let it answer from memory. */
  readonly credentials?: (() => AliyunCredentials) | undefined;
  /** The name of this account in routes, errors and events. Default `aliyun`. */
  readonly id?: string | undefined;
  /** Where Dysmsapi lives. Default `https://dysmsapi.aliyuncs.com`, which takes numbers abroad as well. */
  readonly baseUrl?: string | undefined;
  /** The approved signature (签名), without brackets: one, or by country. That of a template in the catalogue comes first. */
  readonly signature?: ByCountry<string> | undefined;
  /** Which template stands for another in a country, by code: `{ SMS_100: { HK: 'SMS_200' } }`. Abroad needs its own. */
  readonly templates?: Readonly<Record<string, ByCountry<string>>> | undefined;
  /** Reads the reports and replies that Alibaba Cloud pushes. Default: none are read. */
  readonly webhooks?: AliyunWebhookOptions | undefined;
  /** Codes that Alibaba Cloud makes, sends and checks (Dypnsapi), on the mainland only. Default: it makes none. */
  readonly verification?: AliyunVerificationOptions | undefined;
}

/** What requests are signed with. */
export interface AliyunCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** Alibaba Cloud signs nothing that it pushes: whoever knows the URL is believed. */
export interface AliyunWebhookOptions {
  /** At least 16 letters, digits, `-`, `_`, `.` or `~`. It is in the URL, as `?token=…` or the last segment of the path. */
  readonly secret: string;
}

/** How Alibaba Cloud is to make codes. Needs the rights `dypns:SendSmsVerifyCode` and `dypns:CheckSmsVerifyCode`. */
export interface AliyunVerificationOptions {
  /** One of the signatures that the console gives for codes; one of your own is refused. */
  readonly signature: string;
  /** One of the templates that the console gives for codes, a number such as `100001`. */
  readonly template: string;
  /** Digits of a code, from 4 to 8. Default 6. */
  readonly codeLength?: number | undefined;
  /** How long a code is good for, in milliseconds, whole minutes. Default 300000, five minutes. The text says it too. */
  readonly codeLifetimeMs?: number | undefined;
  /** How long a phone waits for its next code, in milliseconds, whole seconds. Default 60000. */
  readonly intervalMs?: number | undefined;
  /** The name of a scheme of rules in the console, at most 20 characters. Default: none. */
  readonly scheme?: string | undefined;
  /** Where Dypnsapi lives. Default `https://dypnsapi.aliyuncs.com`. */
  readonly baseUrl?: string | undefined;
}

const key = credential('a key from the RAM console');
const callback = 'must be a function that returns the keys';
const signature = 'must be the name of an approved signature, without brackets';
const template = 'must be the code of a template, a string without spaces, such as SMS_123456789';
const secret = 'must have at least 16 letters, digits, dashes, underscores, dots or tildes; make 32 random ones';
const scheme = 'must be the name of a scheme, with 1 to 20 characters';

const templateCode = matching(/^\S+$/, template);
const signatureName = matching(/^[^【】[\]]*[^\s【】[\]][^【】[\]]*$/, signature);

function wholeUnits(unitMs: number, what: string) {
  const rule = `must be a whole number of ${what}, in milliseconds: ${unitMs}, ${2 * unitMs}, …`;
  return v.pipe(v.number(rule), v.multipleOf(unitMs, rule), v.minValue(unitMs, rule), v.maxValue(longestDelayMs, rule));
}

/** What each option of `verification` must be, by name. */
export const verificationFields = {
  signature: signatureName,
  template: templateCode,
  codeLength: v.optional(v.picklist([4, 5, 6, 7, 8], 'must be a whole number of digits from 4 to 8'), 6),
  codeLifetimeMs: v.optional(wholeUnits(60_000, 'minutes'), 300_000),
  intervalMs: v.optional(wholeUnits(1_000, 'seconds'), 60_000),
  scheme: v.optional(matching(/^.{1,20}$/u, scheme)),
  baseUrl: v.optional(v.string('must be a URL'), 'https://dypnsapi.aliyuncs.com'),
};
const verification = v.strictObject(verificationFields);

const keys = v.object({ accessKeyId: key, accessKeySecret: key, securityToken: v.optional(key) });

/** What other code gives: undefined if it throws, or gives none, or a promise, whose failure would end the process. */
export function keysFrom(credentials: () => unknown): AliyunCredentials | undefined {
  try {
    const given = credentials();
    if (given instanceof Promise) given.catch(() => undefined);
    return v.is(keys, given) ? given : undefined;
  } catch {
    return undefined;
  }
}

/** What each option must be, by name. */
export const aliyunFields = {
  accessKeyId: v.optional(key),
  accessKeySecret: v.optional(key),
  securityToken: v.optional(key),
  credentials: v.optional(v.custom<() => AliyunCredentials>((value) => typeof value === 'function', callback)),
  id: accountId('aliyun'),
  baseUrl: v.optional(v.string('must be a URL'), 'https://dysmsapi.aliyuncs.com'),
  signature: v.optional(byCountry(signatureName, signature)),
  templates: v.optional(
    v.record(v.string(), byCountry(templateCode, template), 'must be an object of templates by code'),
  ),
  webhooks: v.optional(v.strictObject({ secret: matching(/^[\w.~-]{16,}$/, secret) })),
  verification: v.optional(verification),
  ...connectionOptions,
};

const schema = v.pipe(
  v.strictObject(aliyunFields),
  v.check(
    ({ accessKeyId, accessKeySecret, securityToken, credentials }) =>
      credentials === undefined
        ? accessKeyId !== undefined && accessKeySecret !== undefined
        : accessKeyId === undefined && accessKeySecret === undefined && securityToken === undefined,
    'needs accessKeyId and accessKeySecret, or credentials instead of both; make an AccessKey in the RAM console',
  ),
  // The transport checks what it is given, and would call this one baseUrl.
  v.forward(
    v.partialCheck(
      [['verification'], ['allowPlainHttp']],
      ({ verification: codes, allowPlainHttp }) =>
        codes === undefined || baseUrlProblem(codes.baseUrl, allowPlainHttp) === undefined,
      ({ input }) => baseUrlProblem(input.verification?.baseUrl ?? '', input.allowPlainHttp) ?? '',
    ),
    ['verification', 'baseUrl'],
  ),
);

/** The options with their defaults. */
export type ParsedAliyunOptions = v.InferOutput<typeof schema>;

/** How Alibaba Cloud is to make codes, with the defaults. */
export type ParsedVerification = v.InferOutput<typeof verification>;

/** @throws SmsError `configuration_invalid`, naming every wrong option */
export function parseAliyunOptions(options: unknown): ParsedAliyunOptions {
  return parseOptions(aliyunOwner, schema, options);
}

/** The function that the user calls, for messages. */
export const aliyunOwner = 'aliyun()';

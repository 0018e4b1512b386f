import { parseOptions } from '@polysms/core/provider-kit';
import { numberFrom, recordOf } from '@polysms/simulator';
import * as v from 'valibot';

/** How the console is set up. Everything has a default, and can be changed at run time. */
export interface AliyunSimulatorSettings {
  /** Default `testAccessKeyId`. */
  readonly accessKeyId?: string | undefined;
  /** Every signature is really checked with it. Default `testAccessKeySecret`. */
  readonly accessKeySecret?: string | undefined;
  /** The token that must come with each request. Default null: none may. */
  readonly securityToken?: string | null | undefined;
  /** Signatures by name, with their state. Default `示例签名`, approved. */
  readonly signatures?: Readonly<Record<string, ReviewState>> | undefined;
  /** Templates by code. Default: SMS_100000001 (a code), SMS_100000002 (a notice), SMS_200000001 (abroad). */
  readonly templates?: Readonly<Record<string, AliyunTemplate>> | undefined;
  /** Messages left. Default Infinity. */
  readonly balance?: number | undefined;
  /** Phones in E.164 that can be sent nothing. */
  readonly blockedPhones?: readonly string[] | undefined;
  /** What the receipt of a phone says after an OK, by phone in E.164: `{ '+8613800138000': 'PORT_NOT_REGISTERED' }`. */
  readonly receipts?: Readonly<Record<string, string>> | undefined;
  /** How many messages a phone on the mainland may get. */
  readonly limits?: AliyunLimits | undefined;
  /** How long a message stays unlisted for QuerySendDetails, in milliseconds. Default 2000. */
  readonly listedAfterMs?: number | undefined;
  /** The console's gifts for codes. Default the signature `示例赠送签名` and the template `100001`. */
  readonly codes?: AliyunCodes | undefined;
}

/** How far the vendor's review of a signature or a template has come. Only what is approved can be sent. */
export type ReviewState = 'approved' | 'reviewing' | 'rejected';

/** A template of the console. */
export interface AliyunTemplate {
  /** With its variables: `您的验证码为${code}。` */
  readonly text: string;
  readonly kind: 'code' | 'notice' | 'promotion' | 'international';
  /** Default `approved`. */
  readonly state?: ReviewState | undefined;
}

/** Limits in rolling windows; Infinity is none. */
export interface AliyunLimits {
  /** Codes of one signature in a minute. Default 1. */
  readonly codesPerMinute?: number | undefined;
  /** Default 5. */
  readonly codesPerHour?: number | undefined;
  /** Default 10. */
  readonly codesPerDay?: number | undefined;
  /** Other messages of one signature and template in 24 hours. Default 50. */
  readonly othersPerDay?: number | undefined;
}

/** How codes are made and checked. */
export interface AliyunCodes {
  readonly signature?: string | undefined;
  readonly template?: string | undefined;
  /** What a wrong code is answered: `isv.ValidateFail` with HTTP 400, as happens, or `UNKNOWN`, as is documented. */
  readonly wrong?: 'ValidateFail' | 'UNKNOWN' | undefined;
  /** Whether a code is used up when it was right. Default true; the vendor does not say. */
  readonly areUsedUp?: boolean | undefined;
  /** Whether a phone must wait for its next code as long as the request says. Default true. */
  readonly areLimited?: boolean | undefined;
}

const name = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'));
const amount = numberFrom(0, 'must be a whole number from 0 up, or infinite');
const state = v.picklist(['approved', 'reviewing', 'rejected'], 'must be approved, reviewing or rejected');
const phones = 'must be phone numbers in E.164';
const phone = v.pipe(v.string(phones), v.regex(/^\+\d{6,15}$/, phones));

const template = v.strictObject({
  text: name,
  kind: v.picklist(
    ['code', 'notice', 'promotion', 'international'],
    'must be code, notice, promotion or international',
  ),
  state: v.optional(state, 'approved'),
});

const entries = {
  accessKeyId: v.nullish(name, 'testAccessKeyId'),
  accessKeySecret: v.nullish(name, 'testAccessKeySecret'),
  securityToken: v.nullish(name, null),
  signatures: v.nullish(recordOf(name, state, 'must be an object of states by signature'), { 示例签名: 'approved' }),
  templates: v.nullish(recordOf(name, template, 'must be an object of templates by code'), {
    // biome would take these for templates of JavaScript's.
    SMS_100000001: { kind: 'code', text: '您的验证码为$' + '{code}。' },
    SMS_100000002: { kind: 'notice', text: 'Order $' + '{order} comes with $' + '{carrier}.' },
    SMS_200000001: { kind: 'international', text: 'Your code is $' + '{code}.' },
  }),
  balance: v.nullish(amount, Number.POSITIVE_INFINITY),
  blockedPhones: v.nullish(v.array(phone, phones), []),
  receipts: v.nullish(recordOf(phone, name, 'must be an object of receipts by phone'), {}),
  limits: v.nullish(
    v.strictObject({
      codesPerMinute: v.optional(amount, 1),
      codesPerHour: v.optional(amount, 5),
      codesPerDay: v.optional(amount, 10),
      othersPerDay: v.optional(amount, 50),
    }),
    {},
  ),
  listedAfterMs: v.nullish(amount, 2_000),
  codes: v.nullish(
    v.strictObject({
      signature: v.optional(name, '示例赠送签名'),
      template: v.optional(name, '100001'),
      wrong: v.optional(v.picklist(['ValidateFail', 'UNKNOWN'], 'must be ValidateFail or UNKNOWN'), 'ValidateFail'),
      areUsedUp: v.optional(v.boolean('must be true or false'), true),
      areLimited: v.optional(v.boolean('must be true or false'), true),
    }),
    {},
  ),
};

const schema = v.strictObject(entries);

/** The settings with their defaults. */
export type Settings = v.InferOutput<typeof schema>;

/** @throws SmsError `configuration_invalid`, naming every wrong setting */
export function parseSettings(settings: unknown): Settings {
  return parseOptions('aliyunDialect()', schema, settings);
}

import {
  accountId,
  type ByCountry,
  baseUrlProblem,
  byCountry,
  type ConnectionOptions,
  connectionOptions,
  credential,
  matching,
  milliseconds,
  type OptionProblem,
  parseOptions,
  together,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';

/** How to reach one Twilio account, or one of its subaccounts. */
export interface TwilioOptions extends ConnectionOptions {
  /** The Account SID, `AC…`, on the first page of Twilio's console; that of the subaccount, if you use one. */
  readonly accountSid: string;
  /**
   * The primary auth token of the account, beside its SID. It proves who calls the webhook: without it there are no
   * reports. It also authenticates requests, unless there is an API key.
   */
  readonly authToken?: string | undefined;
  /** The SID of an API key, `SK…` (console: Account, API keys), with `apiKeySecret`. */
  readonly apiKeySid?: string | undefined;
  /** The secret of the API key, which the console shows once. */
  readonly apiKeySecret?: string | undefined;
  /** The name of this account in routes, errors and events. Default `twilio`. */
  readonly id?: string | undefined;
  /** Who sends: a number of the account, a short code or a name; one, or by country of the recipient. */
  readonly from?: ByCountry<string> | undefined;
  /** The SID of a Messaging Service, `MG…`, which chooses the sender where `from` names none. */
  readonly messagingServiceSid?: string | undefined;
  /** False where other processes send equal texts to one phone at one time: a look-up confirms none then. Default true. */
  readonly onlySender?: boolean | undefined;
  /** The SID of a Verify service, `VA…`, for codes that Twilio makes. Default: none, and `verification` is null. */
  readonly verifyServiceSid?: string | undefined;
  /** The template of Verify, `HJ…`, instead of the service's own. */
  readonly verifyTemplateSid?: string | undefined;
  /** How long a code of Verify is good for, in milliseconds: what Twilio's support has set. Default 600000. */
  readonly codeLifetimeMs?: number | undefined;
  /** A region other than US1, such as `ie1`, together with `edge`. Its credentials are its own. */
  readonly region?: string | undefined;
  /** The edge that leads to the region, such as `dublin`. */
  readonly edge?: string | undefined;
  /** Where the API lives, for a gateway or the simulator. Default `https://api.twilio.com`, or that of the region. */
  readonly baseUrl?: string | undefined;
  /** Where Verify lives. Default: `baseUrl` if that is given, else `https://verify.twilio.com`, or that of the region. */
  readonly verifyBaseUrl?: string | undefined;
}

const sid = (letters: string, what: string) =>
  matching(new RegExp(`^${letters}[0-9a-fA-F]{32}$`), `must be ${what}, ${letters} and 32 hexadecimal digits`);
const label = (what: string) =>
  matching(/^[a-z\d-]{1,32}$/, `must be the name of ${what}, in small letters, digits and dashes`);
// Not stricter: what a good sender looks like differs by country. A SID in the wrong field is what happens.
const senderForm = /^(?![A-Z]{2}[0-9a-fA-F]{32}$)[^\s\p{Cc}](?:[^\p{Cc}]{0,62}[^\s\p{Cc}])?$/u;
const senderExpected = 'must be a number, a short code or a name of a sender, and no SID';

const fields = {
  accountSid: sid('AC', 'the Account SID'),
  authToken: v.optional(credential('the auth token')),
  apiKeySid: v.optional(sid('SK', 'the SID of an API key')),
  apiKeySecret: v.optional(credential('the secret of the API key')),
  id: accountId('twilio'),
  from: v.optional(byCountry(matching(senderForm, senderExpected), senderExpected)),
  messagingServiceSid: v.optional(sid('MG', 'the SID of a Messaging Service')),
  onlySender: v.optional(v.boolean('must be true or false'), true),
  verifyServiceSid: v.optional(sid('VA', 'the SID of a Verify service')),
  verifyTemplateSid: v.optional(sid('HJ', 'the SID of a Verify template')),
  codeLifetimeMs: v.optional(milliseconds(), 600_000),
  region: v.optional(label('a region')),
  edge: v.optional(label('an edge')),
  baseUrl: v.optional(v.string('must be a URL')),
  verifyBaseUrl: v.optional(v.string('must be a URL')),
  ...connectionOptions,
  // A page of a look-up has 50 messages with their texts.
  maxResponseBytes: v.optional(v.unwrap(connectionOptions.maxResponseBytes), 1_048_576),
};

/** What each option must be, by name. */
export const twilioFields: Readonly<Record<string, v.GenericSchema>> = fields;

/** The options with their defaults. */
export type ParsedTwilioOptions = v.InferOutput<v.StrictObjectSchema<typeof fields, undefined>>;

/** What concerns several options: the one to mend, and how. */
function problems(options: ParsedTwilioOptions): readonly OptionProblem<ParsedTwilioOptions>[] {
  const { authToken, apiKeySid, apiKeySecret, region, edge, baseUrl, verifyBaseUrl, allowPlainHttp } = options;
  const wrongUrl = verifyBaseUrl === undefined ? undefined : baseUrlProblem(verifyBaseUrl, allowPlainHttp);
  const purpose = options.from ?? options.messagingServiceSid ?? options.verifyServiceSid;
  const checks: readonly (readonly [isWrong: boolean, ...problem: OptionProblem<ParsedTwilioOptions>])[] = [
    [!(authToken ?? apiKeySid ?? apiKeySecret), 'authToken', 'is missing; set it, or apiKeySid and apiKeySecret'],
    [apiKeySid !== undefined && apiKeySecret === undefined, 'apiKeySecret', 'is missing; it belongs to apiKeySid'],
    [apiKeySid === undefined && apiKeySecret !== undefined, 'apiKeySid', 'is missing; it belongs to apiKeySecret'],
    [region !== undefined && edge === undefined, 'edge', 'is missing; Twilio wants it together with region'],
    [region === undefined && edge !== undefined, 'region', 'is missing; Twilio wants it together with edge'],
    [region !== undefined && baseUrl !== undefined, 'region', 'has no effect beside baseUrl; leave it out'],
    [purpose === undefined, 'from', 'is missing; set it, or messagingServiceSid or verifyServiceSid'],
    [wrongUrl !== undefined, 'verifyBaseUrl', wrongUrl ?? ''],
  ];
  return checks.flatMap(([isWrong, ...problem]) => (isWrong ? [problem] : []));
}

const schema = v.pipe(
  v.strictObject(fields, ({ expected, message }) =>
    expected === '"accountSid"' ? 'is missing; it is on the first page of Twilio’s console' : message,
  ),
  together(problems),
);

/** @throws SmsError `configuration_invalid`, naming every wrong option */
export function parseTwilioOptions(options: unknown): ParsedTwilioOptions {
  return parseOptions(twilioOwner, schema, options);
}

/**
 * The addresses of the API and of Verify. A region stands in them behind its edge; hosts with a region alone were to stop
 * on 2026-04-28.
 */
export function baseUrlsOf({ region, edge, baseUrl, verifyBaseUrl = baseUrl }: ParsedTwilioOptions) {
  const place = region === undefined ? '' : `.${edge}.${region}`;
  return {
    api: baseUrl ?? `https://api${place}.twilio.com`,
    verify: verifyBaseUrl ?? `https://verify${place}.twilio.com`,
  };
}

/** The function that the user calls, for messages. */
export const twilioOwner = 'twilio()';

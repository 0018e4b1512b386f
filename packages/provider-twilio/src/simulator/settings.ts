import { parseOptions } from '@polysms/core/provider-kit';
import { recordOf, wholeNumber } from '@polysms/simulator';
import * as v from 'valibot';

/** How the simulated Twilio's console is set up. */
export interface TwilioSimulatorSettings {
  /** Default `AC` and 31 zeros and a 1. */
  readonly accountSid?: string | undefined;
  /** What requests are authenticated by, and webhooks signed with. Default `simulated-auth-token`. */
  readonly authToken?: string | undefined;
  /** API keys: secrets by SID. Default none. */
  readonly apiKeys?: Readonly<Record<string, string>> | undefined;
  /** Numbers and names that may send. Default: any, but for Twilio's magic numbers. */
  readonly senders?: readonly string[] | undefined;
  /** The sender that a Messaging Service chooses. Default `+15005550006`. */
  readonly poolSender?: string | undefined;
  /** Texts of templates by ContentSid, with `{{1}}` or `{{name}}` where variables stand. Default none. */
  readonly templates?: Readonly<Record<string, string>> | undefined;
  /** How long a message is not listed yet, in milliseconds. Default 0. */
  readonly listDelayMs?: number | undefined;
  /** Digits of a code of Verify, 4 to 10. Default 6. */
  readonly codeLength?: number | undefined;
  /** How long a code of Verify is good for, in milliseconds. Default 600000. */
  readonly codeLifetimeMs?: number | undefined;
  /** Codes that one verification sends, and checks that it takes. Default 5, both. */
  readonly maxSends?: number | undefined;
  readonly maxChecks?: number | undefined;
}

const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const many = 1_000_000_000;

/** What each setting must be, by name, with its default. */
export const settingsEntries = {
  accountSid: v.nullish(text, `AC${'1'.padStart(32, '0')}`),
  authToken: v.nullish(text, 'simulated-auth-token'),
  apiKeys: v.nullish(recordOf(v.string(), text, 'must be an object of secrets by SID'), {}),
  senders: v.nullish(v.array(text, 'must be a list')),
  poolSender: v.nullish(text, '+15005550006'),
  templates: v.nullish(recordOf(v.string(), text, 'must be an object of texts by ContentSid'), {}),
  listDelayMs: v.nullish(wholeNumber(0, many), 0),
  codeLength: v.nullish(wholeNumber(4, 10), 6),
  codeLifetimeMs: v.nullish(wholeNumber(1, many), 600_000),
  maxSends: v.nullish(wholeNumber(1, many), 5),
  maxChecks: v.nullish(wholeNumber(1, many), 5),
};

const schema = v.strictObject(settingsEntries);

/** The settings with their defaults. */
export type Settings = v.InferOutput<typeof schema>;

/** @throws SmsError `configuration_invalid` naming every wrong setting */
export function parseSettings(settings: unknown): Settings {
  return parseOptions('twilioDialect()', schema, settings);
}

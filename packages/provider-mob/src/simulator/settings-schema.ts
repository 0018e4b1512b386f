import { isIP } from 'node:net';
import { numberFrom, objectOf, recordOf, required, wholeNumber } from '@polysms/simulator';
import * as v from 'valibot';
import { reservedNames, templateNumberPattern, variablesOf } from './templates.js';

const count = numberFrom(0, 'must be a whole number from 0 up, or infinite');
const milliseconds = numberFrom(1, 'must be a whole number of milliseconds from 1 up, or infinite');
const characters = numberFrom(1, 'must be a whole number of characters from 1 up, or infinite');
const onOff = (byDefault: boolean) => v.nullish(v.boolean('must be true or false'), byDefault);

function strings(test: (value: string) => boolean, each: string) {
  return v.array(v.pipe(v.string(each), v.check(test, each)), 'must be an array');
}

const limits = v.strictObject(
  {
    perMinute: v.nullish(count, Number.POSITIVE_INFINITY),
    perTwelveHours: v.nullish(count, 5),
    twelveHourWindow: v.nullish(v.picklist(['rolling', 'midnight'], 'must be rolling or midnight'), 'rolling'),
    perDay: v.nullish(count, Number.POSITIVE_INFINITY),
    perDayOnPlatform: v.nullish(count, 10),
    unreviewedPerDay: v.nullish(count, 20),
    appPerMinute: v.nullish(count, Number.POSITIVE_INFINITY),
    suspensionMs: v.nullish(milliseconds, 60_000),
    custom: v.nullish(
      v.strictObject(
        { perMinute: v.nullish(count, 5), perTwelveHours: v.nullish(count, 5) },
        objectOf('the limits of custom/msg'),
      ),
      {},
    ),
  },
  objectOf('the limits'),
);

const templateText = v.pipe(
  v.string('must be the text, a string'),
  v.check(
    (text) => reservedNames.every((name) => !variablesOf(text).has(name)),
    `must have no variable named ${reservedNames.join(', ')}: these are fields of custom/msg itself`,
  ),
);

const templates = recordOf(
  v.pipe(v.string(), v.regex(templateNumberPattern, 'must be a template number: letters, digits, _ and -, at most 64')),
  v.strictObject({ text: required(templateText) }, objectOf('the template (text)')),
  'must be an object of templates by number',
);

/** The fields of {@link MobSimulatorSettings}. */
export const settingsEntries = {
  appKey: v.nullish(
    v.pipe(
      v.string('must be a string'),
      v.check((key) => isAppKey(key), 'must have 1 to 128 characters'),
    ),
  ),
  balance: v.nullish(count, Number.POSITIVE_INFINITY),
  allowedIps: v.nullish(
    v.pipe(
      strings((address) => isIP(address) !== 0, 'must be an IP address'),
      v.maxLength(10, 'must be at most 10 addresses, as at Mob'),
    ),
  ),
  zones: v.nullish(strings((zone) => zonePattern.test(zone), 'must be a country calling code in digits, such as 86')),
  blockedPhones: v.nullish(
    strings((phone) => e164Pattern.test(phone), 'must be a phone number in E.164, a plus sign and digits'),
    [],
  ),
  webApiEnabled: onOff(true),
  sdkVerificationEnabled: onOff(true),
  sendingEnabled: onOff(true),
  customEnabled: onOff(true),
  accountNormal: onOff(true),
  reviewed: onOff(true),
  templates: v.nullish(templates, {}),
  anyTemplate: onOff(false),
  sensitiveWords: v.nullish(
    strings((word) => word !== '', 'must be a word, a non-empty string'),
    [],
  ),
  templateValueMaxLength: v.nullish(characters, 10),
  textMaxLength: v.nullish(characters, 70),
  codeLength: v.nullish(wholeNumber(4, 8), 4),
  codeLifetimeMs: v.nullish(milliseconds, 300_000),
  maxChecks: v.nullish(count, 3),
  consumeOnApproval: onOff(true),
  limits: v.nullish(limits, {}),
};

/** Country calling codes have one to three digits. A fourth is let through: Mob's own list of zones is unknown. */
export const zonePattern = /^[1-9]\d{0,3}$/u;

/** E.164 as far as the simulator cares: Mob's zones and phones are wider than real number plans. */
export const e164Pattern = /^\+[1-9]\d{4,17}$/u;

/** Whether a text could be an appkey at all; the length bounds what the simulator remembers. */
export function isAppKey(text: string): boolean {
  return text.length >= 1 && text.length <= 128;
}

/** Settings, for `configure`. */
export const settingsSchema = v.strictObject(settingsEntries, objectOf('the settings of the simulator'));

/** {@link MobSimulatorSettings} with every default filled in. */
export type Settings = v.InferOutput<typeof settingsSchema>;

/** The limits, every one set. */
export type MobLimits = Settings['limits'];

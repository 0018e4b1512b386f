import * as v from 'valibot';
import { isCountry } from '../phone/country.js';
import { parseOptions } from '../provider-kit/options.js';
import { isLimitMax, isLimitWindow, type LimitScope, limitMaxRule, limitWindowRule } from './limit-rules.js';
import type { Limit } from './limit-store.js';
import type { ScreenedRequest, ScreenVerdict } from './screening.js';

/**
 * How a client defends itself against SMS pumping and flooding. A request that any of it refuses uses nothing up.
 * In order: destinations, `screen`, then the limits from the widest to the phone itself.
 */
export interface GuardOptions {
  /** Sends at most. Each scope is a list of limits, all of which hold, or false for none. */
  readonly limits?:
    | {
        /** All sends of all processes that share the limit store. Default 1000 an hour. */
        readonly global?: readonly Limit[] | false | undefined;
        /** Sends to the numbers of one prefix. Default 20 an hour. */
        readonly prefix?: readonly Limit[] | false | undefined;
        /** Sends that one address asked for, an IPv6 address by its /64. Default 30 a day and 10 an hour. */
        readonly ip?: readonly Limit[] | false | undefined;
        /** Sends to one number. Default 10 a day, 5 an hour and 1 in 60 seconds. */
        readonly phone?: readonly Limit[] | false | undefined;
      }
    | undefined;
  /** How many of a number's last digits its prefix leaves out, 2 to 8. Default 4: blocks of 10,000 numbers. */
  readonly prefixOmitsDigits?: number | undefined;
  /**
   * Where may be written to. `routes` (the default): what the client's routes name; a route without countries and
   * calling codes allows everything. `any`; or a list, where a number fits that fits either part.
   */
  readonly destinations?:
    | 'routes'
    | 'any'
    | {
        /** ISO 3166-1 alpha-2: `['CN', 'HK']`. */
        readonly countries?: readonly string[] | undefined;
        /** In digits: `['86']`. */
        readonly callingCodes?: readonly string[] | undefined;
      }
    | undefined;
  /**
   * The app's own check: whether a CAPTCHA was passed, the risk of a swapped SIM. Runs before the limits. With
   * `{ allow: true, proven: true }` it says that the person has proved to own this phone.
   */
  readonly screen?: ((request: ScreenedRequest) => ScreenVerdict | Promise<ScreenVerdict>) | undefined;
  /**
   * What happens when the limit store or `screen` fails: true lets the request pass, with a warning. Each of the two
   * then gets at most half of the time that the call has left. Default false: the request is refused.
   */
  readonly failOpen?: boolean | undefined;
  /** When to raise the event `alarm` about a prefix. False: never. */
  readonly alarm?:
    | {
        /** In milliseconds: whole seconds, from 10 minutes to 24 days. Default one hour. */
        readonly windowMs?: number | undefined;
        /** Fewer starts say nothing. Default 10. */
        readonly minimumStarts?: number | undefined;
        /** Alarm below this share of approvals, 1 to 100. Default 30. */
        readonly approvalRatePercent?: number | undefined;
      }
    | false
    | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const defaultLimits: Readonly<Record<LimitScope, readonly Limit[]>> = {
  global: [{ max: 1000, windowMs: hourMs }],
  prefix: [{ max: 20, windowMs: hourMs }],
  ip: [
    { max: 30, windowMs: dayMs },
    { max: 10, windowMs: hourMs },
  ],
  phone: [
    { max: 10, windowMs: dayMs },
    { max: 5, windowMs: hourMs },
    { max: 1, windowMs: minuteMs },
  ],
};

const whole = (least: number, most: number, expected: string) =>
  v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected), v.maxValue(most, expected));
const names = (expected: string) => v.pipe(v.array(v.string(expected), expected), v.nonEmpty(expected));

/** A value that is `plain` or fits the schema. Not a union: one of these hides where inside the mistake is. */
const orElse = <Plain, Schema extends v.GenericSchema>(
  plain: v.GenericSchema<Plain>,
  isPlain: (input: unknown) => boolean,
  schema: Schema,
) =>
  v.lazy<v.GenericSchema<Plain | v.InferInput<Schema>, Plain | v.InferOutput<Schema>>>((input) =>
    isPlain(input) ? plain : schema,
  );
const falseOr = <Schema extends v.GenericSchema>(schema: Schema) =>
  orElse(v.literal(false), (input) => input === false, schema);

const limitsRule = 'must be a list of limits { max, windowMs }, or false for none';

const limits = falseOr(
  v.pipe(
    v.array(
      v.strictObject(
        {
          max: v.pipe(v.number(limitMaxRule), v.check(isLimitMax, limitMaxRule)),
          windowMs: v.pipe(v.number(limitWindowRule), v.check(isLimitWindow, limitWindowRule)),
        },
        'must be a limit: { max, windowMs }, and nothing else',
      ),
      limitsRule,
    ),
    v.nonEmpty('must not be empty; write false for no limit'),
    v.check(
      (each) => new Set(each.map(({ windowMs }) => windowMs)).size === each.length,
      'has two limits with the same windowMs; keep the smaller',
    ),
  ),
);

const destinationsRule = "must be 'routes', 'any', or a list: { countries } or { callingCodes } or both";

const alarmWindowRule = 'must be whole seconds in milliseconds, from 10 minutes to 24 days';

const guardSchema = v.strictObject({
  limits: v.optional(
    v.strictObject({
      global: v.optional(limits),
      prefix: v.optional(limits),
      ip: v.optional(limits),
      phone: v.optional(limits),
    }),
    {},
  ),
  prefixOmitsDigits: v.optional(whole(2, 8, 'must be a whole number from 2 to 8'), 4),
  destinations: v.optional(
    orElse(
      v.picklist(['routes', 'any'], destinationsRule),
      (input) => typeof input === 'string',
      v.pipe(
        v.strictObject(
          {
            countries: v.optional(
              v.pipe(
                names('must be a list of countries such as CN'),
                v.everyItem(
                  isCountry,
                  'must be ISO 3166-1 alpha-2 codes in capitals, such as CN (the United Kingdom is GB)',
                ),
              ),
            ),
            callingCodes: v.optional(
              v.pipe(
                names('must be a list of calling codes such as 86'),
                v.everyItem(
                  (code) => /^[1-9]\d{0,2}$/.test(code),
                  'must be calling codes in digits without a plus, such as 86',
                ),
              ),
            ),
          },
          destinationsRule,
        ),
        v.check(
          ({ countries, callingCodes }) => countries !== undefined || callingCodes !== undefined,
          destinationsRule,
        ),
      ),
    ),
    'routes',
  ),
  screen: v.optional(
    v.custom<NonNullable<GuardOptions['screen']>>((value) => typeof value === 'function', 'must be a function'),
  ),
  failOpen: v.optional(v.boolean('must be true or false'), false),
  alarm: v.optional(
    falseOr(
      v.strictObject(
        {
          windowMs: v.optional(
            v.pipe(whole(10 * minuteMs, 24 * dayMs, alarmWindowRule), v.multipleOf(1000, alarmWindowRule)),
            hourMs,
          ),
          minimumStarts: v.optional(whole(1, 1_000_000, 'must be a whole number from 1 to 1,000,000'), 10),
          approvalRatePercent: v.optional(whole(1, 100, 'must be a whole number from 1 to 100'), 30),
        },
        'must be an object, or false for no alarm',
      ),
    ),
    {},
  ),
});

/** Guard options with their defaults; each scope's limits begin with the shortest window, and are none if empty. */
export type ParsedGuardOptions = ReturnType<typeof parseGuardOptions>;

/** @throws SmsError `configuration_invalid`, naming every option that cannot work */
export function parseGuardOptions(options: GuardOptions | undefined) {
  const { guard } = parseOptions('createSmsClient()', v.strictObject({ guard: guardSchema }), {
    guard: options ?? {},
  });
  const limitsOf = (scope: LimitScope) => {
    const given = guard.limits[scope] ?? defaultLimits[scope];
    return given === false ? [] : given.toSorted((one, other) => one.windowMs - other.windowMs);
  };
  return {
    ...guard,
    limits: { global: limitsOf('global'), prefix: limitsOf('prefix'), ip: limitsOf('ip'), phone: limitsOf('phone') },
  };
}

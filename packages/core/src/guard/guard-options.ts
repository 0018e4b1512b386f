import * as v from 'valibot';
import { isCountry } from '../phone/parse.js';
import {
  dayMs,
  either,
  hourMs,
  isObject,
  minuteMs,
  secondMs,
  section,
  sectionOrFalse,
  wholeNumber,
} from '../provider-kit/schema-parts.js';
import { type Limit, type LimitScope, limitEntries } from './limit-store.js';
import type { ScreenedRequest, ScreenVerdict } from './screening.js';

/**
 * How a client defends itself against SMS pumping and flooding. A request that any of it denies uses nothing up.
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
   * then gets at most half of the time that the call has left. Default false: the request is denied.
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

const limitList = v.pipe(
  v.array(section(limitEntries)),
  v.nonEmpty('must not be empty; write false for no limit'),
  v.check(
    (limits) => new Set(limits.map(({ windowMs }) => windowMs)).size === limits.length,
    'has two limits with the same windowMs; keep the smaller',
  ),
);

const limits = v.optional(
  either(
    Array.isArray,
    limitList,
    v.literal(false, 'must be a list of limits { "max", "windowMs" }, or false for none'),
  ),
);

const notEmpty = 'must not be empty; leave it out';
const countryRule = 'must be an ISO 3166-1 alpha-2 code in capitals, such as CN (the United Kingdom is GB)';
const callingCodeRule = 'must be a calling code in digits without a plus, a text such as "86"';

export const countrySchema = v.pipe(v.string(countryRule), v.check(isCountry, countryRule));

/** The options that name destinations, in a route and in the guard. */
export const placesEntries = {
  countries: v.optional(
    v.pipe(
      v.array(countrySchema, 'must be a list of ISO 3166-1 alpha-2 codes in capitals, such as ["CN"]'),
      v.nonEmpty(notEmpty),
    ),
  ),
  callingCodes: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(callingCodeRule), v.regex(/^[1-9]\d{0,2}$/, callingCodeRule)),
        'must be a list of calling codes in digits without a plus, such as ["86"]',
      ),
      v.nonEmpty(notEmpty),
    ),
  ),
};

const destinations = either(
  isObject,
  v.pipe(
    section(placesEntries),
    v.check(
      ({ countries, callingCodes }) => countries !== undefined || callingCodes !== undefined,
      'must have countries or callingCodes or both',
    ),
  ),
  v.picklist(['routes', 'any'], 'must be routes, any, or an object with countries or callingCodes or both'),
);

const alarmWindow = 'milliseconds, whole seconds from 10 minutes to 24 days';

const alarm = section({
  windowMs: v.optional(
    v.pipe(
      wholeNumber(10 * minuteMs, 24 * dayMs, alarmWindow),
      v.multipleOf(secondMs, `must be a whole number of ${alarmWindow}`),
    ),
  ),
  minimumStarts: v.optional(wholeNumber(1, 1_000_000, 'starts, from 1 to a million')),
  approvalRatePercent: v.optional(wholeNumber(1, 100, 'percent, from 1 to 100')),
});

/** The options that data can hold: all but `screen`. */
export const guardEntries = {
  limits: v.optional(section({ global: limits, prefix: limits, ip: limits, phone: limits })),
  prefixOmitsDigits: v.optional(wholeNumber(2, 8, 'digits, from 2 to 8')),
  destinations: v.optional(destinations),
  failOpen: v.optional(v.boolean('must be true or false')),
  alarm: v.optional(sectionOrFalse(alarm, 'must be an object, or false for no alarm')),
};

const screen = v.custom<NonNullable<GuardOptions['screen']>>(
  (value) => typeof value === 'function',
  'must be a function',
);

/** Checks {@link GuardOptions}; a part of the schema of the client's options. */
export const guardSchema = section({ ...guardEntries, screen: v.optional(screen) });

/** Guard options with their defaults; each scope's limits begin with the shortest window, and are none if empty. */
export type ParsedGuardOptions = ReturnType<typeof withGuardDefaults>;

export function withGuardDefaults(options: v.InferOutput<typeof guardSchema>) {
  const limitsOf = (scope: LimitScope) => {
    const given = options.limits?.[scope] ?? defaultLimits[scope];
    return given === false ? [] : given.toSorted((one, other) => one.windowMs - other.windowMs);
  };
  const { windowMs, minimumStarts, approvalRatePercent } = options.alarm || {};
  return {
    limits: { global: limitsOf('global'), prefix: limitsOf('prefix'), ip: limitsOf('ip'), phone: limitsOf('phone') },
    prefixOmitsDigits: options.prefixOmitsDigits ?? 4,
    destinations: options.destinations ?? 'routes',
    screen: options.screen,
    failOpen: options.failOpen ?? false,
    alarm: options.alarm !== false && {
      windowMs: windowMs ?? hourMs,
      minimumStarts: minimumStarts ?? 10,
      approvalRatePercent: approvalRatePercent ?? 30,
    },
  };
}

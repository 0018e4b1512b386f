import * as v from 'valibot';
import { isLimitMax, isLimitWindow } from '../guard/limit-rules.js';
import { callingCodes, countries, dayMs, whole, wholeNumber } from './config-entries.js';
import { section } from './config-section.js';
import { isPlainObject } from './config-values.js';

const limitMax = 'must be a whole number of sends, from 1 to a billion';
const limitWindow = 'must be whole seconds in milliseconds, from a second to 24 days';

const limitList = v.pipe(
  v.array(
    section({
      max: v.pipe(v.number(limitMax), v.check(isLimitMax, limitMax)),
      windowMs: v.pipe(v.number(limitWindow), v.check(isLimitWindow, limitWindow)),
    }),
  ),
  v.nonEmpty('must not be empty; write false for no limit'),
  v.check(
    (limits) => new Set(limits.map(({ windowMs }) => windowMs)).size === limits.length,
    'has two limits with the same windowMs; keep the smaller',
  ),
);

// Lazy, here and below: what is wrong inside one of several forms is then said by its own path.
const limits = v.optional(
  v.lazy((input) =>
    Array.isArray(input)
      ? limitList
      : v.literal(false, 'must be a list of limits { "max", "windowMs" }, or false for none'),
  ),
);

const destinationList = v.pipe(
  section({ countries, callingCodes }),
  v.check(
    (list) => list.countries !== undefined || list.callingCodes !== undefined,
    'must have countries or callingCodes or both',
  ),
);

const destinations = v.optional(
  v.lazy((input) =>
    isPlainObject(input)
      ? destinationList
      : v.picklist(['routes', 'any'], 'must be routes, any, or an object with countries or callingCodes or both'),
  ),
);

const alarmWindow = 'milliseconds, whole seconds from 10 minutes to 24 days';

const alarmOptions = section({
  windowMs: v.optional(
    v.pipe(
      wholeNumber(600_000, 24 * dayMs, alarmWindow),
      v.multipleOf(1000, `must be a whole number of ${alarmWindow}`),
    ),
  ),
  minimumStarts: whole(1, 1_000_000, 'starts, from 1 to a million'),
  approvalRatePercent: whole(1, 100, 'percent, from 1 to 100'),
});

const alarm = v.optional(
  v.lazy((input) =>
    isPlainObject(input) ? alarmOptions : v.literal(false, 'must be an object, or false for no alarm'),
  ),
);

const guardOptions = section({
  limits: v.optional(section({ global: limits, prefix: limits, ip: limits, phone: limits })),
  prefixOmitsDigits: whole(2, 8, 'digits, from 2 to 8'),
  destinations,
  failOpen: v.optional(v.boolean('must be true or false')),
  alarm,
});

/** The guard as data: all but `screen`, which is code. */
export const guardConfig = v.optional(
  v.lazy((input) =>
    isPlainObject(input) ? guardOptions : v.literal(false, 'must be an object, or false for no guard'),
  ),
);

import * as v from 'valibot';
import { countrySchema, placesEntries } from '../guard/guard-options.js';
import { longestDelayMs } from '../provider-kit/deadline.js';
import { byName, either, pathTo, section, texts, wholeNumber } from '../provider-kit/schema-parts.js';

const duration = v.optional(wholeNumber(1, longestDelayMs, 'milliseconds, from 1 to 24 days'));
const unknownPolicy = v.optional(v.picklist(['stop', 'failover'], 'must be stop or failover'));
const ratio = 'must be a number of attempts for each call, from 0 to 100';
const providerList = 'must be a list of provider ids, not empty';

const route = v.pipe(
  section({
    ...placesEntries,
    providers: v.pipe(
      texts(providerList),
      v.nonEmpty(providerList),
      v.check((ids) => new Set(ids).size === ids.length, 'names a provider twice'),
    ),
    strategy: v.optional(
      v.picklist(['priority', 'round-robin', 'weighted'], 'must be priority, round-robin or weighted'),
    ),
    weights: v.optional(
      byName(wholeNumber(0, 1000, 'messages, from 0 to 1000'), 'must be an object of weights by provider id'),
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues !== undefined) return;
    const { providers, strategy, weights } = dataset.value;
    const refuse = (message: string, ...path: string[]) =>
      addIssue({ message, path: pathTo(dataset.value, 'weights', ...path) });
    if (strategy === 'weighted' && weights === undefined) refuse('is missing; the strategy weighted needs it');
    if (weights === undefined) return;
    if (strategy !== 'weighted') refuse('belongs to the strategy weighted; set that, or leave this out');
    for (const id of providers)
      if (!Object.hasOwn(weights, id)) refuse('is missing; give a weight for each provider of the route', id);
    for (const id of Object.keys(weights))
      if (!providers.includes(id)) refuse('is no provider of this route; take it out, or add it to providers', id);
    if (Object.values(weights).every((weight) => weight === 0)) refuse('must have a weight above 0');
  }),
);

/** The options of a client that data can hold as well, and that belong to no other room. */
export const settingsEntries = {
  routes: v.optional(v.pipe(v.array(route, 'must be a list of routes'), v.nonEmpty('must not be empty; leave it out'))),
  defaultCountry: v.optional(countrySchema),
  deadlineMs: duration,
  attemptTimeoutMs: duration,
  maxAttempts: v.optional(wholeNumber(1, 100, 'attempts, from 1 to 100')),
  retryBudget: v.optional(
    section({
      ratio: v.optional(v.pipe(v.number(ratio), v.minValue(0, ratio), v.maxValue(100, ratio))),
      burst: v.optional(wholeNumber(0, 1_000_000, 'attempts, from 0 to a million')),
    }),
  ),
  onUnknown: v.optional(section({ message: unknownPolicy, verification: unknownPolicy })),
};

/** The client holds it against the deadline that is in force; the least deadline is 1. */
export const idempotencyTtl = wholeNumber(2, longestDelayMs, 'milliseconds, more than deadlineMs and at most 24 days');

export const noGuardRule = 'must be an object, or false for no guard';

const longestRetentionMs = 366 * 86_400_000;

/** What is recorded of messages. */
export const messagesSchema = section({
  retainMs: v.optional(wholeNumber(60_000, longestRetentionMs, 'milliseconds, from one minute to 366 days')),
  sweepEveryMs: v.optional(
    either(
      (input) => input === false,
      v.literal(false),
      wholeNumber(1_000, longestDelayMs, 'milliseconds, from 1000 to 24 days, or false'),
    ),
  ),
});

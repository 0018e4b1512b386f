import * as v from 'valibot';
import { longestDelayMs } from '../provider-kit/deadline.js';
import { byName, callingCodes, countries, dayMs, text, texts, whole, wholeNumber } from './config-entries.js';
import { issuePath, section } from './config-section.js';
import { isPlainObject, isReference } from './config-values.js';
import { guardConfig } from './guard-config-schema.js';
import { providerConfigProblems } from './provider-config-problems.js';
import type { ProviderConfig, SmsConfig } from './sms-config.js';
import { verificationConfig } from './verification-config-schema.js';

function numberFrom(least: number, most: number, expected: string) {
  const message = `must be a number ${expected}`;
  return v.optional(v.pipe(v.number(message), v.minValue(least, message), v.maxValue(most, message)));
}

const countryRule = 'must be an ISO 3166-1 alpha-2 code in capitals, such as CN';
const duration = whole(1, longestDelayMs, 'milliseconds, from 1 to 24 days');
const unknownPolicy = v.optional(v.picklist(['stop', 'failover'], 'must be stop or failover'));
const percent = 'must be a number of percent, at least 0 and below 100';

const provider = v.pipe(
  v.custom<ProviderConfig>(isPlainObject, 'must be an object with the type of a provider and its options'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { type, ...options } = dataset.value;
    const refuse = (path: readonly (string | number)[], message: string) =>
      addIssue({ message, path: issuePath(dataset.value, path) });
    if (typeof type !== 'string') refuse(['type'], 'must be the name of a factory, such as mob');
    if (options.id !== undefined && typeof options.id !== 'string' && !isReference(options.id)) {
      refuse(['id'], 'must be a text');
    }
    for (const { path, problem } of providerConfigProblems(options)) refuse(path, problem);
  }),
);

const routeProviders = 'must be a list of provider ids, not empty';

const route = section({
  countries,
  callingCodes,
  providers: v.pipe(texts(routeProviders), v.nonEmpty(routeProviders)),
  strategy: v.optional(
    v.picklist(['priority', 'round-robin', 'weighted'], 'must be priority, round-robin or weighted'),
  ),
  weights: v.optional(
    byName(wholeNumber(0, 1000, 'messages, from 0 to 1000'), 'must be an object of weights by provider id'),
  ),
});

const vendorTemplate = section({
  template: text("must be the vendor's id of the template, a text"),
  signature: v.optional(text('must be a text')),
  params: v.optional(
    v.union(
      [texts(''), byName(text(''), '')],
      "must be a list of parameters, or an object of ours by the vendor's name of each",
    ),
  ),
});

const template = section({
  params: v.optional(texts('must be a list of names')),
  text: v.optional(text('must be a text')),
  providers: v.optional(byName(vendorTemplate, 'must be an object by provider id')),
});

const noProviders = 'must be a list of providers, not empty';

/**
 * What a configuration file may hold, for this and for other tools: a Valibot schema, and so a Standard Schema.
 *
 * It checks every setting by itself, and refuses secrets. Whether the variables are set, the factories take their
 * options and the routes name providers that exist is only known when the client is made.
 */
export const smsConfigSchema: v.GenericSchema<unknown, SmsConfig> = section({
  providers: v.pipe(v.array(provider, noProviders), v.nonEmpty(noProviders)),
  routes: v.optional(v.pipe(v.array(route, 'must be a list of routes'), v.nonEmpty('must not be empty; leave it out'))),
  defaultCountry: v.optional(v.pipe(text(countryRule), v.regex(/^[A-Z]{2}$/, countryRule))),
  deadlineMs: duration,
  attemptTimeoutMs: duration,
  maxAttempts: whole(1, 100, 'attempts, from 1 to 100'),
  retryBudget: v.optional(
    section({
      ratio: numberFrom(0, 100, 'of attempts for each call, from 0 to 100'),
      burst: whole(0, 1_000_000, 'attempts, from 0 to a million'),
    }),
  ),
  breaker: v.optional(
    section({
      failureRatePercent: v.optional(v.pipe(v.number(percent), v.minValue(0, percent), v.ltValue(100, percent))),
      minimumCalls: whole(1, 100_000, 'calls, from 1 to 100000'),
      consecutiveFailures: whole(1, 100_000, 'failures, from 1 to 100000'),
      windowMs: whole(100, 3_600_000, 'milliseconds, from 100 to an hour'),
      openMs: whole(1, dayMs, 'milliseconds, from 1 to a day'),
      maxOpenMs: whole(1, dayMs, 'milliseconds, from 1 to a day, at least openMs'),
    }),
  ),
  onUnknown: v.optional(section({ message: unknownPolicy, verification: unknownPolicy })),
  templates: v.optional(byName(template, 'must be an object by template name')),
  // The client holds it against the deadline that is in force; the least deadline is 1.
  idempotency: v.optional(
    section({ ttlMs: whole(2, longestDelayMs, 'milliseconds, more than deadlineMs and at most 24 days') }),
  ),
  verification: verificationConfig,
  guard: guardConfig,
});

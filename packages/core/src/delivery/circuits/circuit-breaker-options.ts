import * as v from 'valibot';
import { parseOptions } from '../../provider-kit/options.js';
import { dayMs, hourMs, pathTo, section, wholeNumber } from '../../provider-kit/schema-parts.js';

/** When a provider's circuit opens, and for how long. */
export interface CircuitBreakerOptions {
  /**
   * The circuit opens when more than this share of the calls in the window are health failures: those whose error
   * code has `countsAgainstCircuit`. Calls that say nothing about the provider's health (a wrong phone number, an
   * aborted call) are left out of both sides. At least 0 and below 100. Default 50.
   */
  readonly failureRatePercent?: number | undefined;
  /** With fewer calls than this in the window the circuit stays closed. 1 to 100000. Default 20. */
  readonly minimumCalls?: number | undefined;
  /**
   * The circuit also opens when this many health failures come in a row within a minute, whatever the rate: at low
   * traffic a rate has too few calls to say anything. A success ends the row; calls that say nothing about the
   * provider's health are left out. 1 to 100000. Default 5.
   */
  readonly consecutiveFailures?: number | undefined;
  /** The length of the rolling window, in milliseconds; 100 to 3600000 (an hour). Default 10000. */
  readonly windowMs?: number | undefined;
  /**
   * How long an open circuit waits for its first probe, in milliseconds; 1 to 86400000 (a day). Default 30000.
   * Every further opening without a success in between doubles it. All times vary by up to 20 % either way, so that
   * many processes do not probe at once.
   */
  readonly openMs?: number | undefined;
  /**
   * Where the doubling ends, in milliseconds; at least `openMs`, up to 86400000 (a day).
   * Default 300000, or `openMs` if that is more.
   */
  readonly maxOpenMs?: number | undefined;
  /** A number from 0 to 1, for the variation of the open time. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The options with their defaults. */
export type CircuitBreakerSettings = ReturnType<typeof breakerSettings>;

// opossum opens above the share, so that 100 would mean never.
const percent = 'must be a number of percent, at least 0 and below 100';

/** The options that data can hold. */
export const breakerEntries = {
  failureRatePercent: v.optional(v.pipe(v.number(percent), v.minValue(0, percent), v.ltValue(100, percent))),
  minimumCalls: v.optional(wholeNumber(1, 100_000, 'calls, from 1 to 100000')),
  consecutiveFailures: v.optional(wholeNumber(1, 100_000, 'failures, from 1 to 100000')),
  windowMs: v.optional(wholeNumber(100, hourMs, 'milliseconds, from 100 to an hour')),
  openMs: v.optional(wholeNumber(1, dayMs, 'milliseconds, from 1 to a day')),
  maxOpenMs: v.optional(wholeNumber(1, dayMs, 'milliseconds, from 1 to a day, at least openMs')),
};

const defaultOpenMs = 30_000;

/** How the times belong together. */
export const breakerTimes = <Times extends { openMs?: number | undefined; maxOpenMs?: number | undefined }>() =>
  v.rawCheck<Times>(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues !== undefined) return;
    const { openMs = defaultOpenMs, maxOpenMs = openMs } = dataset.value;
    const message = 'must be at least openMs; raise it, or lower openMs';
    if (maxOpenMs < openMs) addIssue({ message, path: pathTo(dataset.value, 'maxOpenMs') });
  });

/** Checks {@link CircuitBreakerOptions}; a part of the schema of the client's options. */
export const breakerSchema = v.pipe(
  section({
    ...breakerEntries,
    random: v.optional(
      v.custom<() => number>((value) => typeof value === 'function', 'must be a function such as Math.random'),
    ),
  }),
  breakerTimes(),
);

/** @throws SmsError `configuration_invalid`, naming the field and what is expected */
export function parseCircuitBreakerOptions(options: CircuitBreakerOptions): CircuitBreakerSettings {
  return breakerSettings(parseOptions('withCircuitBreaker()', breakerSchema, options));
}

/** Fills the defaults in. */
export function breakerSettings({
  failureRatePercent = 50,
  minimumCalls = 20,
  consecutiveFailures = 5,
  windowMs = 10_000,
  openMs = defaultOpenMs,
  maxOpenMs = Math.max(300_000, openMs),
  random = Math.random,
}: CircuitBreakerOptions) {
  return { failureRatePercent, minimumCalls, consecutiveFailures, windowMs, openMs, maxOpenMs, random };
}

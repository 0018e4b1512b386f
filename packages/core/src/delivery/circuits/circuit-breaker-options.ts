import * as v from 'valibot';
import { parseOptions } from '../../provider-kit/options.js';

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
export interface CircuitBreakerSettings {
  readonly failureRatePercent: number;
  readonly minimumCalls: number;
  readonly consecutiveFailures: number;
  readonly windowMs: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly random: () => number;
}

const dayMs = 86_400_000;

/** The limits are written in words: long numbers are shortened in errors, since they may be phone numbers. */
function wholeNumber(min: number, max: number, expected: string) {
  const message = `must be a whole number of ${expected}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

// opossum opens above the share, so that 100 would mean never.
const percentMessage = 'must be a number of percent, at least 0 and below 100';

const schema = v.pipe(
  v.strictObject(
    {
      failureRatePercent: v.optional(
        v.pipe(v.number(percentMessage), v.minValue(0, percentMessage), v.ltValue(100, percentMessage)),
        50,
      ),
      minimumCalls: v.optional(wholeNumber(1, 100_000, 'calls, at least 1 and at most 100000'), 20),
      consecutiveFailures: v.optional(wholeNumber(1, 100_000, 'failures, at least 1 and at most 100000'), 5),
      windowMs: v.optional(wholeNumber(100, 3_600_000, 'milliseconds, at least 100 and at most an hour'), 10_000),
      openMs: v.optional(wholeNumber(1, dayMs, 'milliseconds, at least 1 and at most a day'), 30_000),
      maxOpenMs: v.optional(wholeNumber(1, dayMs, 'milliseconds, at least 1 and at most a day')),
      random: v.optional(
        v.custom<() => number>((value) => typeof value === 'function', 'must be a function such as Math.random'),
        () => Math.random,
      ),
    },
    (issue) => (issue.expected === 'never' ? 'is not an option' : 'takes an object of options'),
  ),
  v.transform((options) => ({ ...options, maxOpenMs: options.maxOpenMs ?? Math.max(300_000, options.openMs) })),
  v.forward(
    v.partialCheck(
      [['openMs'], ['maxOpenMs']],
      ({ openMs, maxOpenMs }) => maxOpenMs >= openMs,
      'must be at least openMs; raise it, or lower openMs',
    ),
    ['maxOpenMs'],
  ),
);

/** @throws SmsError `configuration_invalid`, naming the field and what is expected */
export function parseCircuitBreakerOptions(options: CircuitBreakerOptions): CircuitBreakerSettings {
  return parseOptions('withCircuitBreaker()', schema, options);
}

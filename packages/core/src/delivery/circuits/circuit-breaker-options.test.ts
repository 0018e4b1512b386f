import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, parseCircuitBreakerOptions } from './circuit-breaker-options.js';

describe('options of a circuit breaker', () => {
  it('have defaults', () => {
    expect(parseCircuitBreakerOptions({})).toEqual({
      failureRatePercent: 50,
      minimumCalls: 20,
      consecutiveFailures: 5,
      windowMs: 10_000,
      openMs: 30_000,
      maxOpenMs: 300_000,
      random: Math.random,
    });
  });

  it('let openMs be longer than the default of maxOpenMs', () => {
    expect(parseCircuitBreakerOptions({ openMs: 600_000 }).maxOpenMs).toBe(600_000);
  });

  it.each<[keyof CircuitBreakerOptions, unknown, RegExp]>([
    ['failureRatePercent', 100, /below 100/],
    ['failureRatePercent', -1, /at least 0/],
    ['failureRatePercent', '50', /number of percent/],
    ['minimumCalls', 0, /from 1 to 100000/],
    ['minimumCalls', 1.5, /whole number of calls/],
    ['windowMs', 99, /from 100 to an hour/],
    ['windowMs', 3_600_001, /from 100 to an hour/],
    ['windowMs', Number.NaN, /milliseconds/],
    ['openMs', 0, /from 1 to a day/],
    ['openMs', Number.POSITIVE_INFINITY, /milliseconds/],
    ['maxOpenMs', 2 ** 31, /from 1 to a day/],
    ['maxOpenMs', 29_999, /at least openMs; raise it, or lower openMs/],
    ['random', 0.5, /a function such as Math\.random/],
  ])('refuse %s: %j and say what is expected', (field, value, expected) => {
    const parse = () => parseCircuitBreakerOptions({ [field]: value });
    expect(parse).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
    expect(parse).toThrow(new RegExp(`^withCircuitBreaker\\(\\): ${field}: must be`));
    expect(parse).toThrow(expected);
  });

  it('refuse names that are no options', () => {
    const misspelt: object = { openMS: 5 };
    expect(() => parseCircuitBreakerOptions(misspelt)).toThrow('withCircuitBreaker(): openMS: is not an option');
  });
});

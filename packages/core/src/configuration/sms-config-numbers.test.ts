import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCircuitBreakerOptions } from '../delivery/circuit-breaker-options.js';
import { parseSmsClientOptions, type SmsClientOptions } from '../delivery/sms-client-options.js';
import { problemsOf } from './config-problems.test.fixture.js';
import { fakeFactory } from './fake-factories.test.fixture.js';

const providers = [{ type: 'acme', appKey: { env: 'ACME_KEY' } }];

describe('numbers in a configuration', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom(0, 1, 99, 100, 101, 1000, 1001, 100_000, 100_001, 1_000_000, 1_000_001, 3_600_000, 3_600_001),
    fc.constantFrom(86_400_000, 86_400_001, 2 ** 31 - 1, 2 ** 31),
  );
  const accepts = (run: () => unknown) => {
    try {
      run();
      return true;
    } catch {
      return false;
    }
  };

  it.each(['failureRatePercent', 'minimumCalls', 'windowMs', 'openMs', 'maxOpenMs'])(
    'are good for breaker.%s exactly if the circuit breaker takes them',
    (name) => {
      fc.assert(
        fc.property(number, (value) => {
          // A short open time, so that every maxOpenMs is long enough.
          const breaker = { openMs: 1, [name]: value };
          expect(problemsOf({ providers, breaker }).length === 0).toBe(
            accepts(() => parseCircuitBreakerOptions(breaker)),
          );
        }),
        { numRuns: 300 },
      );
    },
  );

  it.each<[string, (value: number) => Omit<SmsClientOptions, 'providers'>]>([
    ['deadlineMs', (deadlineMs) => ({ deadlineMs })],
    ['maxAttempts', (maxAttempts) => ({ maxAttempts })],
    ['retryBudget.ratio', (ratio) => ({ retryBudget: { ratio } })],
    ['retryBudget.burst', (burst) => ({ retryBudget: { burst } })],
    ['idempotency.ttlMs', (ttlMs) => ({ deadlineMs: 1, idempotency: { ttlMs } })],
    [
      'routes.0.weights',
      (acme) => ({ routes: [{ providers: ['acme', 'b'], strategy: 'weighted', weights: { acme, b: 1 } }] }),
    ],
  ])('are good for %s exactly if the client takes them', (_, settings) => {
    const { factory } = fakeFactory();
    const made = [factory({ appKey: 'k' }), factory({ appKey: 'k', id: 'b' })];
    fc.assert(
      fc.property(number, (value) => {
        const isGood = problemsOf({ providers, ...settings(value) }).length === 0;
        expect(isGood).toBe(accepts(() => parseSmsClientOptions({ providers: made, ...settings(value) })));
      }),
      { numRuns: 300 },
    );
  });
});

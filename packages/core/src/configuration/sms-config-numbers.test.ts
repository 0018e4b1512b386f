import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSmsClientOptions, type SmsClientOptions } from '../client/sms-client-options.js';
import { parseCircuitBreakerOptions } from '../delivery/circuits/circuit-breaker-options.js';
import { problemsOf } from './config-problems.test.fixture.js';
import { fakeFactory } from './fake-factories.test.fixture.js';

type Settings = Omit<SmsClientOptions, 'providers'>;

const providers = [{ type: 'acme', appKey: { env: 'ACME_KEY' } }];

const accepts = (run: () => unknown) => {
  try {
    run();
    return true;
  } catch {
    return false;
  }
};

describe('numbers in a configuration', () => {
  const limits = [1, 2, 6, 8, 10, 100, 1000, 60_000, 600_000, 3_600_000, 86_400_000, 24 * 86_400_000];
  const counts = [100_000, 1_000_000, 1_000_000_000, 2 ** 31 - 1];
  // Every limit and its neighbours, also in seconds, are tried in every run.
  const edges = [...limits, ...counts].flatMap((limit) => [-1000, -1, 0, 0.5, 1, 1000].map((step) => limit + step));
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.integer({ min: -1, max: 1000 }),
    fc.integer({ min: 0, max: 20_000 }).map((seconds) => seconds * 1000),
  );
  const runs = { numRuns: 300, examples: edges.map((edge): [number] => [edge]) };

  it.each(['failureRatePercent', 'minimumCalls', 'consecutiveFailures', 'windowMs', 'openMs', 'maxOpenMs'])(
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
        runs,
      );
    },
  );

  it.each<[string, (value: number) => Settings]>([
    ['deadlineMs', (deadlineMs) => ({ deadlineMs })],
    ['attemptTimeoutMs', (attemptTimeoutMs) => ({ attemptTimeoutMs })],
    ['maxAttempts', (maxAttempts) => ({ maxAttempts })],
    ['retryBudget.ratio', (ratio) => ({ retryBudget: { ratio } })],
    ['retryBudget.burst', (burst) => ({ retryBudget: { burst } })],
    ['idempotency.ttlMs', (ttlMs) => ({ deadlineMs: 1, idempotency: { ttlMs } })],
    [
      'routes.0.weights',
      (acme) => ({ routes: [{ providers: ['acme', 'b'], strategy: 'weighted', weights: { acme, b: 1 } }] }),
    ],
    ['verification.codeLength', (codeLength) => ({ verification: { codeLength } })],
    ['verification.lifetimeMs', (lifetimeMs) => ({ verification: { lifetimeMs } })],
    ['verification.maxChecks', (maxChecks) => ({ verification: { maxChecks } })],
    ['verification.maxFailures', (maxFailures) => ({ verification: { maxFailures } })],
    ['verification.failureWindowMs', (failureWindowMs) => ({ verification: { failureWindowMs } })],
    ...(['global', 'prefix', 'ip', 'phone'] as const).flatMap((scope): [string, (value: number) => Settings][] => [
      [`guard.limits.${scope}.0.max`, (max) => ({ guard: { limits: { [scope]: [{ max, windowMs: 1000 }] } } })],
      [`guard.limits.${scope}.0.windowMs`, (windowMs) => ({ guard: { limits: { [scope]: [{ max: 1, windowMs }] } } })],
    ]),
    ['guard.prefixOmitsDigits', (prefixOmitsDigits) => ({ guard: { prefixOmitsDigits } })],
    ['guard.alarm.windowMs', (windowMs) => ({ guard: { alarm: { windowMs } } })],
    ['guard.alarm.minimumStarts', (minimumStarts) => ({ guard: { alarm: { minimumStarts } } })],
    ['guard.alarm.approvalRatePercent', (approvalRatePercent) => ({ guard: { alarm: { approvalRatePercent } } })],
  ])('are good for %s exactly if the client takes them', (_, settings) => {
    const { factory } = fakeFactory();
    const made = [factory({ appKey: 'k' }), factory({ appKey: 'k', id: 'b' })];
    fc.assert(
      fc.property(number, (value) => {
        const isGood = problemsOf({ providers, ...settings(value) }).length === 0;
        expect(isGood).toBe(accepts(() => parseSmsClientOptions({ providers: made, ...settings(value) })));
      }),
      runs,
    );
  });
});

describe('words in a configuration', () => {
  const { factory } = fakeFactory();
  const made = [factory({ appKey: 'k' })];
  const language = fc.oneof(
    fc.stringMatching(/^[A-Za-z\d]{1,9}(?:[-_ ][A-Za-z\d]{1,9}){0,2}$/),
    fc.constantFrom(
      '',
      'en',
      'zh-CN',
      'a',
      'abcdefgh',
      'abcdefghi',
      'en-',
      'en-abcdefgh',
      'en-abcdefghi',
      'e1',
      'zh-Hans-CN',
    ),
  );
  const callingCode = fc.oneof(fc.stringMatching(/^[+0-9]{0,4}$/), fc.constantFrom('86', '1', '999', '1000', '086'));

  it.each<[string, fc.Arbitrary<string>, (word: string) => Settings]>([
    ['verification.text', language, (tag) => ({ verification: { text: { [tag]: '{code}' } } })],
    ['verification.template', language, (tag) => ({ verification: { template: { en: 'a', [tag]: 'b' } } })],
    ['guard.destinations', callingCode, (code) => ({ guard: { destinations: { callingCodes: ['852', code] } } })],
    ['routes.0.callingCodes', callingCode, (code) => ({ routes: [{ callingCodes: [code], providers: ['acme'] }] })],
  ])('are good for %s exactly if the client takes them', (_, word, settings) => {
    fc.assert(
      fc.property(word, (value) => {
        const isGood = problemsOf({ providers, ...settings(value) }).length === 0;
        expect(isGood).toBe(accepts(() => parseSmsClientOptions({ providers: made, ...settings(value) })));
      }),
      { numRuns: 300 },
    );
  });
});

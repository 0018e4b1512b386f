import { describe, expect, it } from 'vitest';
import type { SmsClientOptions } from '../delivery/sms-client-options.js';
import { overrides } from './env-overrides.js';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

const factories = { acme: fakeFactory().factory };
const providers = [{ type: 'acme', appKey: { env: 'ACME_KEY' } }];

function read(config: object, variables: Record<string, string>): SmsClientOptions {
  return smsOptionsFromEnv(
    { ACME_KEY: 'swordfish', POLYSMS_CONFIG: JSON.stringify({ providers, ...config }), ...variables },
    { factories },
  );
}

const everyOverride = {
  POLYSMS_DEADLINE_MS: '1',
  POLYSMS_MAX_ATTEMPTS: '2',
  POLYSMS_RETRY_BUDGET_RATIO: '0.3',
  POLYSMS_RETRY_BUDGET_BURST: '4',
  POLYSMS_BREAKER_FAILURE_RATE_PERCENT: '5.5',
  POLYSMS_BREAKER_MINIMUM_CALLS: '6',
  POLYSMS_BREAKER_WINDOW_MS: '700',
  POLYSMS_BREAKER_OPEN_MS: '8',
  POLYSMS_BREAKER_MAX_OPEN_MS: ' 9 ',
  POLYSMS_ON_UNKNOWN_MESSAGE: 'failover',
  POLYSMS_ON_UNKNOWN_VERIFICATION: 'stop',
  POLYSMS_IDEMPOTENCY_TTL_MS: '10',
};
const overridden = {
  deadlineMs: 1,
  maxAttempts: 2,
  retryBudget: { ratio: 0.3, burst: 4 },
  breaker: { failureRatePercent: 5.5, minimumCalls: 6, windowMs: 700, openMs: 8, maxOpenMs: 9 },
  onUnknown: { message: 'failover', verification: 'stop' },
  idempotency: { ttlMs: 10 },
};

describe('variables that override a setting', () => {
  it('are these', () => {
    expect([...overrides.keys()]).toEqual(Object.keys(everyOverride));
  });

  it('work on a configuration', () => {
    expect(read({}, everyOverride)).toMatchObject(overridden);
  });

  it('work on the short form', () => {
    const env = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'swordfish', ...everyOverride };
    expect(smsOptionsFromEnv(env, { factories })).toMatchObject(overridden);
  });

  it('leave the settings beside them as they are', () => {
    const options = read({ breaker: { openMs: 1, windowMs: 500 }, deadlineMs: 5 }, { POLYSMS_BREAKER_OPEN_MS: '2' });
    expect(options).toMatchObject({ breaker: { openMs: 2, windowMs: 500 }, deadlineMs: 5 });
  });

  it('do nothing when they are empty', () => {
    expect(read({ deadlineMs: 5 }, { POLYSMS_DEADLINE_MS: '' })).toMatchObject({ deadlineMs: 5 });
  });

  it.each<[Record<string, string>, string]>([
    [{ POLYSMS_DEADLINE_MS: '5s' }, 'POLYSMS_DEADLINE_MS: must be a whole number of milliseconds, from 1 to 24 days'],
    [{ POLYSMS_DEADLINE_MS: '0x10' }, 'POLYSMS_DEADLINE_MS: must be a whole number of milliseconds, from 1 to 24 days'],
    [{ POLYSMS_MAX_ATTEMPTS: '1e2' }, 'POLYSMS_MAX_ATTEMPTS: must be a whole number of attempts, from 1 to 100'],
    [{ POLYSMS_ON_UNKNOWN_MESSAGE: 'retry' }, 'POLYSMS_ON_UNKNOWN_MESSAGE: must be stop or failover'],
    [
      { POLYSMS_BREAKER_OPEN_MS: '-1' },
      'POLYSMS_BREAKER_OPEN_MS: must be a whole number of milliseconds, from 1 to a day',
    ],
  ])('are named when they are wrong: %j', (variables, problem) => {
    expect(configurationError(() => read({ breaker: {} }, variables))).toBe(`smsOptionsFromEnv(): ${problem}`);
  });

  it('do not hide what is wrong in the configuration', () => {
    expect(configurationError(() => read({ breaker: 5 }, { POLYSMS_BREAKER_OPEN_MS: '5' }))).toBe(
      'smsOptionsFromEnv(): breaker: must be an object',
    );
    const env = { POLYSMS_CONFIG: '[]', POLYSMS_DEADLINE_MS: '5' };
    expect(configurationError(() => smsOptionsFromEnv(env, { factories }))).toBe(
      'smsOptionsFromEnv(): must be an object',
    );
  });
});

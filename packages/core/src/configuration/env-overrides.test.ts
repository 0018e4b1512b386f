import { describe, expect, it } from 'vitest';
import type { SmsClientOptions } from '../client/sms-client-options.js';
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

const pepper = 'a pepper for tests, of 32 and more characters';
const oldPepper = 'an older pepper for tests, of 32 and more characters';

const everyOverride = {
  POLYSMS_DEFAULT_COUNTRY: 'CN',
  POLYSMS_DEADLINE_MS: '1',
  POLYSMS_ATTEMPT_TIMEOUT_MS: '3',
  POLYSMS_MAX_ATTEMPTS: '2',
  POLYSMS_RETRY_BUDGET_RATIO: '0.3',
  POLYSMS_RETRY_BUDGET_BURST: '4',
  POLYSMS_BREAKER_FAILURE_RATE_PERCENT: '5.5',
  POLYSMS_BREAKER_MINIMUM_CALLS: '6',
  POLYSMS_BREAKER_CONSECUTIVE_FAILURES: '4',
  POLYSMS_BREAKER_WINDOW_MS: '700',
  POLYSMS_BREAKER_OPEN_MS: '8',
  POLYSMS_BREAKER_MAX_OPEN_MS: ' 9 ',
  POLYSMS_ON_UNKNOWN_MESSAGE: 'failover',
  POLYSMS_ON_UNKNOWN_VERIFICATION: 'stop',
  POLYSMS_IDEMPOTENCY_TTL_MS: '10',
  POLYSMS_MESSAGES_RETAIN_MS: '600000',
  POLYSMS_MESSAGES_SWEEP_EVERY_MS: '5000',
  POLYSMS_WEBHOOKS_PUBLIC_URL: 'https://app.example/sms',
  POLYSMS_WEBHOOKS_MAX_BODY_BYTES: '2048',
  POLYSMS_WEBHOOKS_TOLERANCE_MS: '60000',
  POLYSMS_WEBHOOKS_DEADLINE_MS: '700',
  POLYSMS_PEPPER: pepper,
  POLYSMS_PREVIOUS_PEPPER: oldPepper,
  POLYSMS_VERIFICATION_CODES: ' local ',
  POLYSMS_VERIFICATION_TEXT: '{code} is your code.',
  POLYSMS_VERIFICATION_TEMPLATE: '1319972',
  POLYSMS_VERIFICATION_CODE_LENGTH: '7',
  POLYSMS_VERIFICATION_LIFETIME_MS: '120000',
  POLYSMS_VERIFICATION_DELIVER_WITHIN_MS: '20000',
  POLYSMS_VERIFICATION_MAX_CHECKS: '3',
  POLYSMS_VERIFICATION_MAX_FAILURES: '9',
  POLYSMS_VERIFICATION_FAILURE_WINDOW_MS: '60000',
  POLYSMS_VERIFICATION_TENANT: '42',
  POLYSMS_GUARD_LIMITS_GLOBAL: '[{"max":5000,"windowMs":3600000}]',
  POLYSMS_GUARD_LIMITS_PREFIX: '[{"max":50,"windowMs":3600000},{"max":500,"windowMs":86400000}]',
  POLYSMS_GUARD_LIMITS_IP: 'false',
  POLYSMS_GUARD_LIMITS_PHONE: ' [ { "max": 1, "windowMs": 1000 } ] ',
  POLYSMS_GUARD_PREFIX_OMITS_DIGITS: '3',
  POLYSMS_GUARD_DESTINATIONS: '{"countries":["CN"],"callingCodes":["852"]}',
  POLYSMS_GUARD_FAIL_OPEN: 'true',
  POLYSMS_GUARD_ALARM_WINDOW_MS: '600000',
  POLYSMS_GUARD_ALARM_MINIMUM_STARTS: '11',
  POLYSMS_GUARD_ALARM_APPROVAL_RATE_PERCENT: '12',
  POLYSMS_OPT_OUT_VERIFICATIONS: 'true',
  POLYSMS_OPT_OUT_REPORTS: 'false',
};
// A text and a template exclude each other.
const { POLYSMS_VERIFICATION_TEMPLATE: _, ...withText } = everyOverride;
const { POLYSMS_VERIFICATION_TEXT: __, ...withTemplate } = everyOverride;
const overridden = {
  defaultCountry: 'CN',
  deadlineMs: 1,
  attemptTimeoutMs: 3,
  maxAttempts: 2,
  retryBudget: { ratio: 0.3, burst: 4 },
  breaker: { failureRatePercent: 5.5, minimumCalls: 6, consecutiveFailures: 4, windowMs: 700, openMs: 8, maxOpenMs: 9 },
  onUnknown: { message: 'failover', verification: 'stop' },
  idempotency: { ttlMs: 10 },
  verification: {
    pepper: { current: pepper, previous: oldPepper },
    codes: 'local',
    codeLength: 7,
    lifetimeMs: 120_000,
    maxChecks: 3,
    maxFailures: 9,
    failureWindowMs: 60_000,
    tenant: '42',
  },
  guard: {
    limits: {
      global: [{ max: 5000, windowMs: 3_600_000 }],
      prefix: [
        { max: 50, windowMs: 3_600_000 },
        { max: 500, windowMs: 86_400_000 },
      ],
      ip: false,
      phone: [{ max: 1, windowMs: 1000 }],
    },
    prefixOmitsDigits: 3,
    destinations: { countries: ['CN'], callingCodes: ['852'] },
    failOpen: true,
    alarm: { windowMs: 600_000, minimumStarts: 11, approvalRatePercent: 12 },
  },
};

describe('variables that override a setting', () => {
  it('are these', () => {
    expect([...overrides.keys()]).toEqual(Object.keys(everyOverride));
  });

  it('work on a configuration', () => {
    expect(read({}, withText)).toMatchObject(overridden);
    expect(read({}, withText).verification?.text).toBe('{code} is your code.');
    expect(read({}, withTemplate).verification?.template).toBe('1319972');
  });

  it('work on the short form', () => {
    const env = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'swordfish', ...withText };
    expect(smsOptionsFromEnv(env, { factories })).toMatchObject(overridden);
  });

  it('hold texts by language as an object', () => {
    const texts = { en: 'Your code: {code}', 'zh-CN': '您的验证码：{code}' };
    expect(read({}, { POLYSMS_VERIFICATION_TEXT: JSON.stringify(texts) }).verification).toEqual({ text: texts });
  });

  it.each(['routes', ' any'])('hold the destinations as a word: %s', (word) => {
    expect(read({}, { POLYSMS_GUARD_DESTINATIONS: word }).guard).toEqual({ destinations: word.trim() });
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
    [
      { POLYSMS_GUARD_LIMITS_IP: '[{"max":10,"windowMs":3600000},{"max":0,"windowMs":1000}]' },
      'POLYSMS_GUARD_LIMITS_IP.1.max: must be a whole number of sends, from 1 to a billion',
    ],
    [
      { POLYSMS_GUARD_LIMITS_PHONE: '5 an hour' },
      'POLYSMS_GUARD_LIMITS_PHONE: must be a list of limits { "max", "windowMs" }, or false for none',
    ],
    [{ POLYSMS_GUARD_FAIL_OPEN: 'yes' }, 'POLYSMS_GUARD_FAIL_OPEN: must be true or false'],
    [
      { POLYSMS_VERIFICATION_TEXT: '{"en_US":"{code}"}' },
      'POLYSMS_VERIFICATION_TEXT.en_US: is not a language; write a BCP 47 tag such as en or zh-CN',
    ],
    [
      { POLYSMS_VERIFICATION_TEXT: '{code}', POLYSMS_VERIFICATION_TEMPLATE: 'code' },
      'POLYSMS_VERIFICATION_TEMPLATE: must not be set beside text; keep one of them',
    ],
  ])('are named when they are wrong: %j', (variables, problem) => {
    expect(configurationError(() => read({ breaker: {} }, variables))).toBe(`smsOptionsFromEnv(): ${problem}`);
    const short = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'swordfish', ...variables };
    expect(configurationError(() => smsOptionsFromEnv(short, { factories }))).toBe(`smsOptionsFromEnv(): ${problem}`);
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

  it.each<[object, string, string]>([
    [{ guard: false }, 'POLYSMS_GUARD_FAIL_OPEN', 'guard'],
    [{ guard: false }, 'POLYSMS_GUARD_ALARM_WINDOW_MS', 'guard'],
    [{ guard: { alarm: false } }, 'POLYSMS_GUARD_ALARM_WINDOW_MS', 'guard.alarm'],
  ])('are not silently ignored: %j and %s', (config, variable, off) => {
    expect(configurationError(() => read(config, { [variable]: '600000' }))).toBe(
      `smsOptionsFromEnv(): ${variable}: has no effect, since ${off} is false; unset it`,
    );
  });
});

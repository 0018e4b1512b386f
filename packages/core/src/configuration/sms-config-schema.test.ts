import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './config-problems.test.fixture.js';
import { smsConfigSchema } from './sms-config-schema.js';

const providers = [{ type: 'acme', id: 'acme', appKey: { env: 'ACME_KEY' } }];

const texts = 'must be a text with {code} in it, or an object of texts by language such as en';

describe('the schema of configurations', () => {
  it('takes every setting and changes nothing', () => {
    const config = {
      providers: [
        ...providers,
        {
          type: 'other',
          id: { env: 'OTHER_ID' },
          connections: 64,
          tls: true,
          proxy: null,
          limits: { perDay: 5, names: ['a'] },
          retries: { env: 'OTHER_RETRIES', as: 'json' },
        },
      ],
      routes: [
        { countries: ['CN'], callingCodes: ['86'], providers: ['acme'], strategy: 'weighted', weights: { acme: 3 } },
        { providers: ['acme', 'other'] },
      ],
      deadlineMs: 5000,
      attemptTimeoutMs: 2000,
      maxAttempts: 2,
      retryBudget: { ratio: 0.1, burst: 100 },
      breaker: {
        failureRatePercent: 12.5,
        minimumCalls: 5,
        consecutiveFailures: 3,
        windowMs: 1000,
        openMs: 2000,
        maxOpenMs: 4000,
      },
      onUnknown: { message: 'failover', verification: 'stop' },
      templates: {
        shipped: {
          params: ['order'],
          text: 'Order {order}.',
          providers: { acme: { template: '17', signature: 'Acme', params: { order_no: 'order' } } },
        },
      },
      idempotency: { ttlMs: 60_000 },
      verification: {
        pepper: { current: { env: 'PEPPER' }, previous: { env: 'OLD_PEPPER', as: 'text' } },
        codes: 'local',
        text: { en: 'Your code: {code}', 'zh-CN': '您的验证码：{code}' },
        codeLength: 8,
        lifetimeMs: 120_000,
        maxChecks: 3,
        maxFailures: 10,
        failureWindowMs: 3_600_000,
        tenant: 'shop',
      },
      guard: {
        limits: {
          global: [{ max: 5000, windowMs: 3_600_000 }],
          prefix: false,
          ip: [
            { max: 5, windowMs: 60_000 },
            { max: 50, windowMs: 3_600_000 },
          ],
          phone: [{ max: 1, windowMs: 60_000 }],
        },
        prefixOmitsDigits: 3,
        destinations: { countries: ['CN', 'HK'], callingCodes: ['853'] },
        failOpen: true,
        alarm: { windowMs: 600_000, minimumStarts: 20, approvalRatePercent: 40 },
      },
    };
    expect(v.parse(smsConfigSchema, config)).toEqual(config);
  });

  it.each([
    { guard: false },
    { guard: {} },
    { guard: { alarm: false, destinations: 'any' } },
    { guard: { destinations: { callingCodes: ['86'] } } },
    { guard: { destinations: 'routes', limits: {} } },
    { verification: {} },
    { verification: { pepper: { env: 'PEPPER' }, template: 'code', tenant: '' } },
    { verification: { pepper: { current: { env: 'PEPPER' } }, template: { 'zh-Hans-CN': 'code' }, codes: 'issued' } },
  ])('takes every form of a setting: %j', (settings) => {
    expect(v.parse(smsConfigSchema, { providers, ...settings })).toEqual({ providers, ...settings });
  });

  it('is a Standard Schema, for tools of any kind', () => {
    expect(smsConfigSchema['~standard']).toMatchObject({ version: 1, vendor: 'valibot' });
    expect(smsConfigSchema['~standard'].validate({ providers })).toHaveProperty('value', { providers });
    expect(smsConfigSchema['~standard'].validate({})).toHaveProperty('issues.0.message', 'is missing');
  });

  it.each<[unknown, string]>([
    [{ deadlineMS: 5 }, 'deadlineMS: is not a setting; did you mean deadlineMs?'],
    [{ breaker: { openMS: 5 } }, 'breaker.openMS: is not a setting; did you mean openMs?'],
    [
      { breaker: { random: 0.5 } },
      'breaker.random: is not a setting; the settings here are failureRatePercent, minimumCalls, consecutiveFailures, windowMs, openMs, maxOpenMs',
    ],
    [{ idempotency: { store: {} } }, 'idempotency.store: is not a setting; the settings here are ttlMs'],
    [{ routes: [{ providers: ['a'], weight: { a: 1 } }] }, 'routes.0.weight: is not a setting; did you mean weights?'],
    [{ templates: { a: { txt: '' } } }, 'templates.a.txt: is not a setting; did you mean text?'],
    [
      { templates: { a: { providers: { b: { template: 'x', param: [] } } } } },
      'templates.a.providers.b.param: is not a setting; did you mean params?',
    ],
    [
      { guard: { screen: 'captcha' } },
      'guard.screen: is not a setting; the settings here are limits, prefixOmitsDigits, destinations, failOpen, alarm',
    ],
    [{ guard: { limits: { phones: false } } }, 'guard.limits.phones: is not a setting; did you mean phone?'],
    [
      { guard: { limits: { ip: [{ max: 1, windowMs: 1000, scope: 'a' }] } } },
      'guard.limits.ip.0.scope: is not a setting; the settings here are max, windowMs',
    ],
    [{ guard: { alarm: { window: 600_000 } } }, 'guard.alarm.window: is not a setting; did you mean windowMs?'],
    [
      { guard: { destinations: { country: ['CN'], callingCodes: ['86'] } } },
      'guard.destinations.country: is not a setting; the settings here are countries, callingCodes',
    ],
    [{ verification: { codeLenght: 6 } }, 'verification.codeLenght: is not a setting; did you mean codeLength?'],
    [
      { verification: { pepper: { curent: { env: 'A' }, current: { env: 'A' } } } },
      'verification.pepper.curent: is not a setting; did you mean current?',
    ],
    [{ stores: {} }, 'stores: is not a setting; the settings here are providers'],
    [JSON.parse('{ "__proto__": {} }'), '__proto__: is not a setting; the settings here are providers'],
    [JSON.parse('{ "constructor": {} }'), 'constructor: is not a setting; the settings here are providers'],
  ])('refuses what is no setting: %j', (config, expected) => {
    const problems = problemsOf({ ...(config as object), providers });
    // The list of all settings is long; its beginning will do.
    expect(problems.map((problem) => problem.slice(0, expected.length))).toEqual([expected]);
  });

  it.each<[string, string]>([
    ['{ "templates": { "__proto__": { "text": "Hi" } } }', 'templates.__proto__'],
    ['{ "routes": [{ "providers": ["a"], "weights": { "__proto__": 1 } }] }', 'routes.0.weights.__proto__'],
    ['{ "templates": { "a": { "providers": { "__proto__": {} } } } }', 'templates.a.providers.__proto__'],
    [
      '{ "templates": { "a": { "providers": { "b": { "template": "x", "params": { "__proto__": "p" } } } } } }',
      'templates.a.providers.b.params.__proto__',
    ],
    ['{ "verification": { "text": { "en": "{code}", "__proto__": "{code}" } } }', 'verification.text.__proto__'],
    ['{ "verification": { "template": { "en": "a", "__proto__": "a" } } }', 'verification.template.__proto__'],
    ['{ "verification": { "text": { "en": "{code}", "constructor": "{code}" } } }', 'verification.text.constructor'],
    ['{ "templates": { "constructor": { "text": "Hi" } } }', 'templates.constructor'],
    ['{ "routes": [{ "providers": ["a"], "weights": { "prototype": 1 } }] }', 'routes.0.weights.prototype'],
    ['{ "providers": [{ "type": "acme", "__proto__": {} }] }', 'providers.0.__proto__'],
    ['{ "providers": [{ "type": "acme", "limits": [{ "__proto__": 5 }] }] }', 'providers.0.limits.0.__proto__'],
  ])('refuses a name that would be dropped: %s', (json, path) => {
    expect(problemsOf({ providers, ...JSON.parse(json) })).toEqual([`${path}: is not a name that can be used`]);
  });

  it.each<[unknown, string]>([
    [{ routes: [] }, 'routes: must not be empty; leave it out'],
    [{ routes: {} }, 'routes: must be a list of routes'],
    [{ routes: [{}] }, 'routes.0.providers: is missing'],
    [{ routes: [[]] }, 'routes.0: must be an object'],
    [{ routes: [{ providers: [] }] }, 'routes.0.providers: must be a list of provider ids, not empty'],
    [
      { routes: [{ providers: ['a'], countries: ['cn'] }] },
      'routes.0.countries.0: must be an ISO 3166-1 alpha-2 code in capitals, such as CN (the United Kingdom is GB)',
    ],
    [
      { routes: [{ providers: ['a'], callingCodes: ['+86'] }] },
      'routes.0.callingCodes.0: must be a calling code in digits without a plus, a text such as "86"',
    ],
    [
      { routes: [{ providers: ['a'], strategy: 'random' }] },
      'routes.0.strategy: must be priority, round-robin or weighted',
    ],
    [
      { routes: [{ providers: ['a'], weights: { a: -1 } }] },
      'routes.0.weights.a: must be a whole number of messages, from 0 to 1000',
    ],
    [{ routes: [{ providers: ['a'], weights: [1] }] }, 'routes.0.weights: must be an object of weights by provider id'],
    [{ deadlineMs: '5000' }, 'deadlineMs: must be a whole number of milliseconds, from 1 to 24 days'],
    [{ deadlineMs: null }, 'deadlineMs: must be a whole number of milliseconds, from 1 to 24 days'],
    [{ retryBudget: { ratio: 101 } }, 'retryBudget.ratio: must be a number of attempts for each call, from 0 to 100'],
    [{ breaker: 5 }, 'breaker: must be an object'],
    [{ breaker: { windowMs: 99 } }, 'breaker.windowMs: must be a whole number of milliseconds, from 100 to an hour'],
    [{ onUnknown: { message: 'retry' } }, 'onUnknown.message: must be stop or failover'],
    [{ templates: [] }, 'templates: must be an object by template name'],
    [{ templates: { a: { params: 'order' } } }, 'templates.a.params: must be a list of names'],
    [{ templates: { a: { providers: { b: { params: [] } } } } }, 'templates.a.providers.b.template: is missing'],
    [
      { templates: { a: { providers: { b: { template: 'x', params: 5 } } } } },
      "templates.a.providers.b.params: must be a list of parameters, or an object of ours by the vendor's name of each",
    ],
    [
      { idempotency: { ttlMs: 0 } },
      'idempotency.ttlMs: must be a whole number of milliseconds, more than deadlineMs and at most 24 days',
    ],
    [{ routes: [{ providers: ['a'], countries: [] }] }, 'routes.0.countries: must not be empty; leave it out'],
    [{ routes: [{ providers: ['a'], callingCodes: [] }] }, 'routes.0.callingCodes: must not be empty; leave it out'],
    [{ verification: false }, 'verification: must be an object'],
    [{ verification: { codes: 'remote' } }, 'verification.codes: must be issued or local'],
    [{ verification: { text: '' } }, `verification.text: ${texts}`],
    [{ verification: { text: {} } }, `verification.text: ${texts}`],
    [{ verification: { text: ['{code}'] } }, `verification.text: ${texts}`],
    [{ verification: { text: { en: 5 } } }, `verification.text.en: ${texts}`],
    [
      { verification: { text: { 'en_US ': '{code}' } } },
      'verification.text.en_US : is not a language; write a BCP 47 tag such as en or zh-CN',
    ],
    [
      { verification: { template: 1319972 } },
      'verification.template: must be the name of a template, or an object of names by language such as en',
    ],
    [
      { verification: { text: '{code}', template: 'code' } },
      'verification.template: must not be set beside text; keep one of them',
    ],
    [{ verification: { codeLength: 4 } }, 'verification.codeLength: must be a whole number of digits, from 6 to 10'],
    [{ verification: { tenant: 'a'.repeat(129) } }, 'verification.tenant: must have at most 128 characters'],
    [{ guard: true }, 'guard: must be an object, or false for no guard'],
    [{ guard: null }, 'guard: must be an object, or false for no guard'],
    [{ guard: { limits: false } }, 'guard.limits: must be an object'],
    [
      { guard: { limits: { ip: { max: 1, windowMs: 1000 } } } },
      'guard.limits.ip: must be a list of limits { "max", "windowMs" }, or false for none',
    ],
    [
      { guard: { limits: { global: true } } },
      'guard.limits.global: must be a list of limits { "max", "windowMs" }, or false for none',
    ],
    [{ guard: { limits: { ip: [] } } }, 'guard.limits.ip: must not be empty; write false for no limit'],
    [{ guard: { limits: { ip: [5] } } }, 'guard.limits.ip.0: must be an object'],
    [{ guard: { limits: { ip: [{ max: 5 }] } } }, 'guard.limits.ip.0.windowMs: is missing'],
    [
      { guard: { limits: { ip: [{ max: 0, windowMs: 1000 }] } } },
      'guard.limits.ip.0.max: must be a whole number of sends, from 1 to a billion',
    ],
    [
      { guard: { limits: { ip: [{ max: 1, windowMs: 1500 }] } } },
      'guard.limits.ip.0.windowMs: must be whole seconds in milliseconds, from a second to 24 days',
    ],
    [
      { guard: { limits: { phone: [1, 2].map((max) => ({ max, windowMs: 1000 })) } } },
      'guard.limits.phone: has two limits with the same windowMs; keep the smaller',
    ],
    [{ guard: { prefixOmitsDigits: 9 } }, 'guard.prefixOmitsDigits: must be a whole number of digits, from 2 to 8'],
    [
      { guard: { destinations: 'CN' } },
      'guard.destinations: must be routes, any, or an object with countries or callingCodes or both',
    ],
    [{ guard: { destinations: {} } }, 'guard.destinations: must have countries or callingCodes or both'],
    [
      { guard: { destinations: { countries: ['CN', 'cn'] } } },
      'guard.destinations.countries.1: must be an ISO 3166-1 alpha-2 code in capitals, such as CN (the United Kingdom is GB)',
    ],
    [{ guard: { failOpen: 'true' } }, 'guard.failOpen: must be true or false'],
    [{ guard: { alarm: true } }, 'guard.alarm: must be an object, or false for no alarm'],
    [
      { guard: { alarm: { windowMs: 600_500 } } },
      'guard.alarm.windowMs: must be a whole number of milliseconds, whole seconds from 10 minutes to 24 days',
    ],
    [
      { guard: { alarm: { approvalRatePercent: 0 } } },
      'guard.alarm.approvalRatePercent: must be a whole number of percent, from 1 to 100',
    ],
    [{ providers: [] }, 'providers: must be a list of providers, not empty'],
    [{ providers: { acme: {} } }, 'providers: must be a list of providers, not empty'],
    [{ providers: ['acme'] }, 'providers.0: must be an object with the type of a provider and its options'],
    [{ providers: [{}] }, 'providers.0.type: must be the name of a factory, such as mob'],
    [{ providers: [{ type: 'acme', id: 5 }] }, 'providers.0.id: must be a text'],
  ])('says what is expected instead of %j', (config, problem) => {
    expect(problemsOf({ providers, ...(config as object) })).toEqual([problem]);
  });

  it.each([[undefined], [null], [7], ['providers'], [[]], [new Date(0)]])(
    'refuses %s, which is no configuration',
    (config) => {
      expect(problemsOf(config)).toEqual([': must be an object']);
    },
  );

  it('reports every problem, not the first alone', () => {
    expect(problemsOf({ provider: 1, route: 2, maxAttempts: 0 })).toEqual([
      'providers: is missing',
      'maxAttempts: must be a whole number of attempts, from 1 to 100',
      'provider: is not a setting; did you mean providers?',
      'route: is not a setting; did you mean routes?',
    ]);
  });
});

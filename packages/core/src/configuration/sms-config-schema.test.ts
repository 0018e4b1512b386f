import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './config-problems.test.fixture.js';
import { smsConfigSchema } from './sms-config-schema.js';

const providers = [{ type: 'acme', id: 'acme', appKey: { env: 'ACME_KEY' } }];

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
      maxAttempts: 2,
      retryBudget: { ratio: 0.1, burst: 100 },
      breaker: { failureRatePercent: 12.5, minimumCalls: 5, windowMs: 1000, openMs: 2000, maxOpenMs: 4000 },
      onUnknown: { message: 'failover', verification: 'stop' },
      templates: {
        shipped: {
          params: ['order'],
          text: 'Order {order}.',
          providers: { acme: { template: '17', signature: 'Acme', params: { order_no: 'order' } } },
        },
      },
      idempotency: { ttlMs: 60_000 },
    };
    expect(v.parse(smsConfigSchema, config)).toEqual(config);
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
      'breaker.random: is not a setting; the settings here are failureRatePercent, minimumCalls, windowMs, openMs, maxOpenMs',
    ],
    [{ idempotency: { store: {} } }, 'idempotency.store: is not a setting; the settings here are ttlMs'],
    [{ routes: [{ providers: ['a'], weight: { a: 1 } }] }, 'routes.0.weight: is not a setting; did you mean weights?'],
    [{ templates: { a: { txt: '' } } }, 'templates.a.txt: is not a setting; did you mean text?'],
    [
      { templates: { a: { providers: { b: { template: 'x', param: [] } } } } },
      'templates.a.providers.b.param: is not a setting; did you mean params?',
    ],
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
      'routes.0.countries.0: must be a list of ISO 3166-1 alpha-2 codes in capitals, such as CN',
    ],
    [
      { routes: [{ providers: ['a'], callingCodes: ['+86'] }] },
      'routes.0.callingCodes.0: must be a list of calling codes in digits without a plus, such as 86',
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

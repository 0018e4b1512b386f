import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSmsClient } from '../client/sms-client.js';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

// What operators get wrong, and what they read then. Each message names the variable or the path, and the remedy.

const pepper = 'p'.repeat(32);
const acme = { type: 'acme', appKey: { env: 'ACME_KEY' } };
const short = { POLYSMS_PROVIDERS: 'acme,acme-backup', POLYSMS_ACME_APP_KEY: 'k', POLYSMS_ACME_BACKUP_APP_KEY: 'k' };

const factories = { acme: fakeFactory('acme').factory, plivo: fakeFactory('plivo').factory };
type Variables = Readonly<Record<string, string>>;

/** What an app does at its start. */
function start(env: Variables) {
  return createSmsClient(smsOptionsFromEnv({ ACME_KEY: 'k', ...env }, { factories }));
}
const mistakeOf = (env: Variables) => configurationError(() => start(env)).replace(/^\w+\(\): /, '');
const inFile = (settings: object): Variables => ({
  POLYSMS_CONFIG: JSON.stringify({ providers: [acme], ...settings }),
});
const provider = (options: object) => inFile({ providers: [{ ...acme, ...options }] });

const none = 'none of POLYSMS_CONFIG, POLYSMS_CONFIG_FILE, POLYSMS_PROVIDERS is set; set one of them';
const notForUs = 'is not a setting; if it is not for Polysms, name it in otherVariables';
const literalSecret = 'must not be written here, it looks like a secret; use { "env": "NAME_OF_A_VARIABLE" }';
const country = 'must be an ISO 3166-1 alpha-2 code in capitals, such as CN (the United Kingdom is GB)';
const milliseconds = 'must be a whole number of milliseconds, from 1 to 24 days';

describe('an operator who', () => {
  it.each<[string, Variables, string]>([
    // Where the configuration is.
    ['sets nothing', {}, none],
    ['sets an empty variable', { POLYSMS_PROVIDERS: '' }, none],
    [
      'sets two sources',
      { ...short, ...inFile({}) },
      'POLYSMS_CONFIG, POLYSMS_PROVIDERS: must not be set together; keep one of them',
    ],
    [
      'names a file that is not there',
      { POLYSMS_CONFIG_FILE: '/no/such/file.json' },
      'POLYSMS_CONFIG_FILE: names a file that cannot be read (ENOENT)',
    ],
    // JSON.
    [
      'leaves a comma behind',
      { POLYSMS_CONFIG: '{\n  "providers": [],\n}' },
      'POLYSMS_CONFIG: is not JSON: line 3, column 1: expected a name in double quotes; the last one has no comma after it',
    ],
    [
      'writes single quotes',
      { POLYSMS_CONFIG: "{'providers': []}" },
      'POLYSMS_CONFIG: is not JSON: line 1, column 2: expected a name in double quotes or }',
    ],
    [
      'forgets a comma',
      { POLYSMS_CONFIG: '{"deadlineMs": 1 "maxAttempts": 2}' },
      'POLYSMS_CONFIG: is not JSON: line 1, column 18: expected a comma, ] or }',
    ],
    [
      'writes a comment',
      { POLYSMS_CONFIG: '{"providers": [ // all\n]}' },
      'POLYSMS_CONFIG: is not JSON: line 1, column 17: expected a value or ]; a text needs double quotes',
    ],
    [
      'breaks a line inside a text',
      { POLYSMS_CONFIG: '{"text": "a\nb"}' },
      'POLYSMS_CONFIG: is not JSON: line 1, column 12: expected no line break or tab inside a text; they are written as \\n and \\t',
    ],
    ['writes a list', { POLYSMS_CONFIG: '[]' }, 'must be an object'],
    // Names.
    ['misspells a setting', inFile({ deadlineMS: 5 }), 'deadlineMS: is not a setting; did you mean deadlineMs?'],
    [
      'misspells a setting inside another',
      inFile({ breaker: { openMS: 5 } }),
      'breaker.openMS: is not a setting; did you mean openMs?',
    ],
    [
      'puts a setting too high',
      inFile({ guard: { countries: ['CN'] } }),
      'guard.countries: is not a setting; did you mean destinations.countries?',
    ],
    [
      'names a setting that only code has',
      inFile({ idempotency: { store: 'redis' } }),
      'idempotency.store: is not a setting; the settings here are ttlMs',
    ],
    [
      'misspells a variable',
      { ...short, POLYSMS_DEADLINE: '5000' },
      'POLYSMS_DEADLINE: is not a setting; did you mean POLYSMS_DEADLINE_MS?',
    ],
    [
      'misspells the option of a provider in a variable',
      { ...short, POLYSMS_ACME_APPKEY: 'k' },
      'POLYSMS_ACME_APPKEY: acme(): appkey: is not an option; did you mean POLYSMS_ACME_APP_KEY?',
    ],
    [
      'misspells the only variable of a provider',
      { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APPKEY: 'k' },
      'POLYSMS_ACME_APP_KEY, POLYSMS_ACME_APPKEY: acme(): appKey: is missing; appkey: is not an option; did you mean POLYSMS_ACME_APP_KEY?',
    ],
    [
      'misspells the option of a provider in a file',
      provider({ baseURL: 'https://a.example' }),
      'providers.0: acme(): baseURL: is not an option; did you mean baseUrl?',
    ],
    [
      'runs beside a service of Kubernetes called polysms',
      { ...short, POLYSMS_PORT: 'tcp://x' },
      `POLYSMS_PORT: ${notForUs}`,
    ],
    [
      'keeps the address of Redis there',
      { ...short, POLYSMS_REDIS_URL: 'redis://x' },
      `POLYSMS_REDIS_URL: ${notForUs}`,
    ],
    // Providers.
    [
      'takes a provider out and leaves its variables',
      { ...short, POLYSMS_PLIVO_AUTH_ID: 'x' },
      'POLYSMS_PLIVO_AUTH_ID: belongs to no provider of POLYSMS_PROVIDERS; write -plivo to keep it switched off',
    ],
    [
      'takes a second account out and leaves its variables',
      { ...short, POLYSMS_PROVIDERS: 'acme' },
      'POLYSMS_ACME_BACKUP_APP_KEY: acme(): backupAppKey: is not an option; acme-backup is not in POLYSMS_PROVIDERS: write -acme-backup to keep it switched off',
    ],
    [
      'has a file and the variables of the short form',
      { ...inFile({}), POLYSMS_ACME_APP_KEY: 'k' },
      'POLYSMS_ACME_APP_KEY: belongs to POLYSMS_PROVIDERS, which is not set; name the variable in the configuration, or unset it',
    ],
    [
      'misspells a provider',
      { POLYSMS_PROVIDERS: 'amce' },
      'POLYSMS_PROVIDERS.0: must begin with the name of a factory, or be id:type; the factories are acme, plivo; did you mean acme?',
    ],
    [
      'names a provider twice',
      { ...short, POLYSMS_PROVIDERS: 'acme,acme' },
      'POLYSMS_PROVIDERS.1: is there twice, or differs in signs only',
    ],
    [
      'switches everybody off',
      { ...short, POLYSMS_PROVIDERS: '-acme' },
      'POLYSMS_PROVIDERS: must name a provider without a minus in front',
    ],
    [
      'names a type that the app does not have',
      inFile({ providers: [{ type: 'mob', appKey: { env: 'ACME_KEY' } }] }),
      'providers.0.type: must be one of the factories acme, plivo',
    ],
    ['gives no provider', inFile({ providers: [] }), 'providers: must be a list of providers, not empty'],
    ['forgets a key', { POLYSMS_PROVIDERS: 'acme' }, 'POLYSMS_ACME_APP_KEY: acme(): appKey: is missing'],
    [
      'gives a number in words',
      { ...short, POLYSMS_ACME_CONNECTIONS: 'many' },
      'POLYSMS_ACME_CONNECTIONS: acme(): connections: must be a number',
    ],
    [
      'gives a text that looks like a number',
      { ...short, POLYSMS_ACME_SENDER: '106' },
      'POLYSMS_ACME_SENDER (read as JSON; in double quotes it is text): acme(): sender: must be a text',
    ],
    [
      'gives two accounts one id',
      inFile({ providers: [acme, acme] }),
      'providers: two have the id acme; give one another id.',
    ],
    // Secrets and their variables.
    ['writes a secret into the file', provider({ appKey: 'hunter22' }), `providers.0.appKey: ${literalSecret}`],
    [
      'writes a password into a URL',
      provider({ baseUrl: 'https://me:hunter22@a.example' }),
      'providers.0.baseUrl: must not hold a password; use { "env": "NAME_OF_A_VARIABLE" }',
    ],
    [
      'writes a secret where its variable belongs',
      provider({ appKey: { env: 'hunter22' } }),
      'providers.0.appKey: the variable that it names is not set',
    ],
    [
      'forgets the variable of a secret',
      provider({ appKey: { env: 'OTHER_KEY' } }),
      'providers.0.appKey: the variable OTHER_KEY is not set',
    ],
    [
      'leaves the variable of a secret empty',
      { ...provider({ appKey: { env: 'OTHER_KEY' } }), OTHER_KEY: '' },
      'providers.0.appKey: the variable OTHER_KEY is empty',
    ],
    [
      'writes a dollar sign before a variable',
      provider({ appKey: { env: '$ACME_KEY' } }),
      'providers.0.appKey: env must be the name of a variable, such as MOB_APP_KEY',
    ],
    [
      'asks for JSON that is none',
      provider({ connections: { env: 'ACME_KEY', as: 'json' } }),
      'providers.0.connections: the variable ACME_KEY does not hold JSON',
    ],
    ['writes the pepper into the file', inFile({ verification: { pepper } }), `verification.pepper: ${literalSecret}`],
    [
      'gives a short pepper',
      { ...short, POLYSMS_PEPPER: 'hunter22' },
      'POLYSMS_PEPPER: must have at least 32 characters; make one with: openssl rand -base64 32',
    ],
    [
      'gives the same pepper twice',
      { ...short, POLYSMS_PEPPER: pepper, POLYSMS_PREVIOUS_PEPPER: pepper },
      'POLYSMS_PEPPER, POLYSMS_PREVIOUS_PEPPER: current and previous must differ',
    ],
    ['gives a previous pepper alone', { ...short, POLYSMS_PREVIOUS_PEPPER: pepper }, 'POLYSMS_PEPPER: is missing'],
    [
      'guesses the name of the pepper',
      { ...short, POLYSMS_VERIFICATION_PEPPER: pepper },
      'POLYSMS_VERIFICATION_PEPPER: is not a setting; did you mean POLYSMS_PEPPER?',
    ],
    // Values.
    ['adds a unit', { ...short, POLYSMS_DEADLINE_MS: '5s' }, `POLYSMS_DEADLINE_MS: ${milliseconds}`],
    [
      'keeps the quotes of a number',
      { ...short, POLYSMS_DEADLINE_MS: '"5000"' },
      `POLYSMS_DEADLINE_MS: ${milliseconds}`,
    ],
    ['writes a number as a text', inFile({ deadlineMs: '5000' }), `deadlineMs: ${milliseconds}`],
    ['writes null', inFile({ deadlineMs: null }), `deadlineMs: ${milliseconds}`],
    ['says yes', { ...short, POLYSMS_GUARD_FAIL_OPEN: 'yes' }, 'POLYSMS_GUARD_FAIL_OPEN: must be true or false'],
    [
      'writes a word in capitals',
      { ...short, POLYSMS_ON_UNKNOWN_MESSAGE: 'STOP' },
      'POLYSMS_ON_UNKNOWN_MESSAGE: must be stop or failover',
    ],
    [
      'turns two times around',
      inFile({ breaker: { openMs: 60_000, maxOpenMs: 30_000 } }),
      'breaker.maxOpenMs: must be at least openMs; raise it, or lower openMs',
    ],
    [
      'describes limits in words',
      { ...short, POLYSMS_GUARD_LIMITS_PHONE: '5 an hour' },
      'POLYSMS_GUARD_LIMITS_PHONE: must be a list of limits { "max", "windowMs" }, or false for none',
    ],
    [
      'counts a window in seconds',
      { ...short, POLYSMS_GUARD_LIMITS_PHONE: '[{"max":5,"windowMs":60}]' },
      'POLYSMS_GUARD_LIMITS_PHONE.0.windowMs: must be whole seconds in milliseconds, from a second to 24 days',
    ],
    [
      'sets up a guard that is off',
      { ...inFile({ guard: false }), POLYSMS_GUARD_FAIL_OPEN: 'true' },
      'POLYSMS_GUARD_FAIL_OPEN: has no effect, since guard is false; unset it',
    ],
    [
      'sets a text beside a template',
      { ...short, POLYSMS_VERIFICATION_TEXT: '{code}', POLYSMS_VERIFICATION_TEMPLATE: 'code' },
      'POLYSMS_VERIFICATION_TEMPLATE: must not be set beside text; keep one of them',
    ],
    [
      'writes a language as a locale of the system',
      inFile({ verification: { text: { en_US: '{code}' } } }),
      'verification.text.en_US: is not a language; write a BCP 47 tag such as en or zh-CN',
    ],
    // Routes.
    [
      'routes to a provider that is not there',
      inFile({ routes: [{ providers: ['acme', 'acme-backup'] }] }),
      'routes.0.providers: there is no provider acme-backup; there are acme.',
    ],
    [
      'names a country that is none',
      inFile({ routes: [{ providers: ['acme'], countries: ['CN', 'UK'] }] }),
      `routes.0.countries.1: ${country}`,
    ],
    [
      'writes a country in small letters',
      { ...short, POLYSMS_GUARD_DESTINATIONS: '{"countries":["cn"]}' },
      `POLYSMS_GUARD_DESTINATIONS.countries.0: ${country}`,
    ],
    [
      'writes a country without a list',
      inFile({ routes: [{ providers: ['acme'], countries: 'CN' }] }),
      'routes.0.countries: must be a list of ISO 3166-1 alpha-2 codes in capitals, such as ["CN"]',
    ],
    [
      'writes a calling code as a number',
      inFile({ routes: [{ providers: ['acme'], callingCodes: [86] }] }),
      'routes.0.callingCodes.0: must be a calling code in digits without a plus, a text such as "86"',
    ],
    [
      'misspells a strategy',
      { ...short, POLYSMS_STRATEGY: 'roundrobin' },
      'POLYSMS_STRATEGY: must be priority, round-robin or weighted',
    ],
    [
      'forgets the weights',
      { ...short, POLYSMS_STRATEGY: 'weighted' },
      'POLYSMS_WEIGHTS: is not set; the strategy weighted needs it: mob=3,aliyun=1',
    ],
    [
      'forgets the strategy',
      { ...short, POLYSMS_WEIGHTS: 'acme=1,acme-backup=1' },
      'POLYSMS_WEIGHTS: belongs to the strategy weighted; set POLYSMS_STRATEGY=weighted, or unset this',
    ],
    [
      'forgets the weight of a provider',
      { ...short, POLYSMS_STRATEGY: 'weighted', POLYSMS_WEIGHTS: 'acme=1' },
      'POLYSMS_WEIGHTS.acme-backup: is missing; give a weight for each provider of the route',
    ],
    [
      'writes a weight in words',
      { ...short, POLYSMS_STRATEGY: 'weighted', POLYSMS_WEIGHTS: 'acme=most,acme-backup=1' },
      'POLYSMS_WEIGHTS.acme: must be a whole number of messages, from 0 to 1000',
    ],
    [
      'gives only weights of 0',
      inFile({ routes: [{ providers: ['acme'], strategy: 'weighted', weights: { acme: 0 } }] }),
      'routes.0.weights: must have a weight above 0',
    ],
    [
      'weighs a provider that is not in the route',
      inFile({ routes: [{ providers: ['acme'], strategy: 'weighted', weights: { acme: 1, other: 1 } }] }),
      'routes.0.weights.other: is no provider of this route; take it out, or add it to providers',
    ],
    [
      'uses a name that would be lost',
      inFile({ templates: { constructor: { text: 'Hi' } } }),
      'templates.constructor: is not a name that can be used',
    ],
  ])('%s is told', (_, env, message) => {
    expect(mistakeOf(env)).toBe(message);
  });

  describe('keeps quotes around a text', () => {
    afterEach(() => void vi.restoreAllMocks());

    it.each<[string, Variables]>([
      ['POLYSMS_ACME_APP_KEY', { ...short, POLYSMS_ACME_APP_KEY: '"a-secret"' }],
      ['POLYSMS_PEPPER', { ...short, POLYSMS_PEPPER: `'${pepper}'` }],
      ['POLYSMS_VERIFICATION_TEXT', { ...short, POLYSMS_VERIFICATION_TEXT: '"Your code: {code} {minutes}"' }],
      ['ACME_KEY', { ...inFile({}), ACME_KEY: '"a-secret"' }],
    ])('of %s is warned, once and without the value', (variable, env) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      start(env);
      expect(warn.mock.calls).toEqual([
        [
          `the variable ${variable} is in quotes, and they are taken as a part of its value; take them away where it is set, as in a file for docker --env-file`,
          'PolysmsWarning',
        ],
      ]);
    });

    it('is not warned where quotes are JSON, or where they are inside', () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      start({ ...short, POLYSMS_ACME_SENDER: '"106"', POLYSMS_ACME_APP_KEY: 'a"b' });
      expect(warn).not.toHaveBeenCalled();
    });
  });
});

describe('a developer who', () => {
  const client = (options: object) =>
    configurationError(() => createSmsClient({ providers: [fakeFactory().factory({ appKey: 'k' })], ...options }));

  it.each<[string, object, string]>([
    ['misspells an option', { maxAtempts: 3 }, 'maxAtempts: is not an option; did you mean maxAttempts?'],
    [
      'misspells several',
      { deadlineMS: 3, retrybudget: {} },
      'deadlineMS: is not an option; did you mean deadlineMs?; retrybudget: is not an option; did you mean retryBudget?',
    ],
    [
      'names what every object has',
      { constructor: 5 },
      'constructor: is not an option; the options here are providers,',
    ],
    [
      'puts an option too high',
      { countries: ['CN'] },
      'countries: is not an option; did you mean guard.destinations.countries?',
    ],
    [
      'puts countries into the guard',
      { guard: { countries: ['CN'] } },
      'guard.countries: is not an option; did you mean destinations.countries?',
    ],
    [
      'passes a client of Redis as the stores',
      {
        stores: new (class Redis {
          readonly options = {};
          readonly status = 'ready';
        })(),
      },
      'stores: must be an object of stores, { verification, limits, messages, optOuts }, such as redisStores({ client })',
    ],
    [
      'passes a store for all stores',
      { stores: { client: {} } },
      'stores.client: is not an option; the options here are verification, limits, messages, optOuts',
    ],
    [
      'misspells an option of the breaker',
      { breaker: { openMS: 5 } },
      'breaker.openMS: is not an option; did you mean openMs?',
    ],
  ])('%s is told', (_, options, message) => {
    expect(client(options).slice(0, 'createSmsClient(): '.length + message.length)).toBe(
      `createSmsClient(): ${message}`,
    );
  });
});

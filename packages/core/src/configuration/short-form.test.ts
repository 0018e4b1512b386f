import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

function read(env: Record<string, string>) {
  const acme = fakeFactory('acme');
  const other = fakeFactory('other');
  const factories = { acme: acme.factory, other: other.factory, 'other-vendor': other.factory };
  const { routes, providers } = smsOptionsFromEnv(env, { factories });
  return {
    routes,
    ids: providers.map(({ id }) => id),
    options: acme.made.map(({ options }) => options),
    others: other.made.map(({ options }) => options),
  };
}
const errorOf = (env: Record<string, string>) => configurationError(() => read(env));

describe('the short form', () => {
  it('makes the providers in the order of their ids, with their own variables', () => {
    const { ids, options, others, routes } = read({
      POLYSMS_PROVIDERS: 'acme-backup, acme ,main:other',
      POLYSMS_ACME_APP_KEY: 'swordfish',
      POLYSMS_ACME_BACKUP_APP_KEY: 'hunter22',
      POLYSMS_ACME_BACKUP_BASE_URL: 'https://backup.example',
      POLYSMS_MAIN_APP_KEY: 'main',
    });
    expect(ids).toEqual(['acme-backup', 'acme', 'main']);
    expect(options).toEqual([
      { id: 'acme-backup', appKey: 'hunter22', baseUrl: 'https://backup.example' },
      { id: 'acme', appKey: 'swordfish' },
    ]);
    expect(others).toEqual([{ id: 'main', appKey: 'main' }]);
    expect(routes).toBeUndefined();
  });

  it.each<[string, string, unknown]>([
    ['CONNECTIONS', '64', { connections: 64 }],
    ['ALLOW_PLAIN_HTTP', 'true', { allowPlainHttp: true }],
    ['ALLOW_PLAIN_HTTP', 'false', { allowPlainHttp: false }],
    ['LIMITS', '{"perDay":5}', { limits: { perDay: 5 } }],
    ['TAGS', '["a","b"]', { tags: ['a', 'b'] }],
    ['SENDER', '"106"', { sender: '106' }],
    ['SENDER', '007', { sender: '007' }],
    ['SENDER', '+861', { sender: '+861' }],
    ['SENDER', '12345678901234567890123', { sender: '12345678901234567890123' }],
    ['SENDER', '1.50', { sender: '1.50' }],
    ['SENDER', '[Acme]', { sender: '[Acme]' }],
    ['SENDER', 'trueish', { sender: 'trueish' }],
    ['BASE_URL', '', {}],
  ])('reads %s=%s', (option, value, expected) => {
    const env = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'k', [`POLYSMS_ACME_${option}`]: value };
    expect(read(env).options).toEqual([{ id: 'acme', appKey: 'k', ...(expected as object) }]);
  });

  it('hands on a secret as it is, whatever it looks like', () => {
    const secret = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('12', 'true', '"x"', '{"a":1}', '{"env":"A"}'),
    );
    fc.assert(
      fc.property(secret, (value) => {
        const { options } = read({ POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: value });
        expect(options).toEqual([{ id: 'acme', appKey: value }]);
      }),
    );
  });

  it.each([
    ['acme', ['acme']],
    ['other-vendor-backup', ['other-vendor-backup']],
    ['a1:acme', ['a1']],
    ['main.eu:acme', ['main.eu']],
  ])('knows the type of %s', (list, ids) => {
    const prefix = `POLYSMS_${(ids[0] ?? '').toUpperCase().replaceAll(/\W/g, '_')}`;
    expect(read({ POLYSMS_PROVIDERS: list, [`${prefix}_APP_KEY`]: 'k' }).ids).toEqual(ids);
  });

  it('leaves a provider with a minus out, and its variables and weight where they are', () => {
    const { ids, routes } = read({
      POLYSMS_PROVIDERS: '-acme,other',
      POLYSMS_ACME_APP_KEY: 'k',
      POLYSMS_OTHER_APP_KEY: 'k',
      POLYSMS_STRATEGY: 'weighted',
      POLYSMS_WEIGHTS: 'acme=3,other=1',
    });
    expect(ids).toEqual(['other']);
    expect(routes).toEqual([{ providers: ['other'], strategy: 'weighted', weights: { other: 1 } }]);
  });

  it.each<[Record<string, string>, object]>([
    [{ POLYSMS_STRATEGY: 'round-robin' }, { strategy: 'round-robin' }],
    [
      { POLYSMS_STRATEGY: 'weighted', POLYSMS_WEIGHTS: ' acme = 3 , other=1' },
      { strategy: 'weighted', weights: { acme: 3, other: 1 } },
    ],
  ])('has one route for everything with %j', (variables, route) => {
    const env = { POLYSMS_PROVIDERS: 'acme,other', POLYSMS_ACME_APP_KEY: 'k', POLYSMS_OTHER_APP_KEY: 'k' };
    expect(read({ ...env, ...variables }).routes).toEqual([{ providers: ['acme', 'other'], ...route }]);
  });
});

describe('a short form that cannot work', () => {
  const factories = 'the factories are acme, other, other-vendor';

  it.each([
    ['acme,', '1: must be an id of letters and digits, such as mob or mob-backup, or id:type'],
    ['acme,a b', '1: must be an id of letters and digits, such as mob or mob-backup, or id:type'],
    ['amce', `0: must begin with the name of a factory, or be id:type; ${factories}; did you mean acme?`],
    ['othr-backup', `0: must begin with the name of a factory, or be id:type; ${factories}; did you mean other?`],
    ['main:amce', `0: must begin with the name of a factory, or be id:type; ${factories}; did you mean acme?`],
    ['main', `0: must begin with the name of a factory, or be id:type; ${factories}`],
    ['acme,-acme', '1: is there twice, or differs in signs only'],
    ['acme-a,acme.a:acme', '1: is there twice, or differs in signs only'],
    ['breaker:acme', '0: its variables would begin like POLYSMS_BREAKER_FAILURE_RATE_PERCENT; give it another id'],
    ['config:acme', '0: its variables would begin like POLYSMS_CONFIG_FILE; give it another id'],
  ])('names the place in POLYSMS_PROVIDERS=%s', (list, problem) => {
    expect(errorOf({ POLYSMS_PROVIDERS: list })).toBe(`smsOptionsFromEnv(): POLYSMS_PROVIDERS.${problem}`);
  });

  it('must have a provider in use', () => {
    expect(errorOf({ POLYSMS_PROVIDERS: '-acme' })).toBe(
      'smsOptionsFromEnv(): POLYSMS_PROVIDERS: must name a provider without a minus in front',
    );
  });

  it.each<[Record<string, string>, string]>([
    [{ POLYSMS_ACME_APP_KEY: '' }, 'POLYSMS_ACME_APP_KEY: acme(): appKey: is missing'],
    [{ POLYSMS_ACME_CONNECTIONS: 'many' }, 'POLYSMS_ACME_CONNECTIONS: acme(): connections: must be a number'],
    [
      { POLYSMS_ACME_SENDER: '106' },
      'POLYSMS_ACME_SENDER (read as JSON; in double quotes it is text): acme(): sender: must be a text',
    ],
    [
      { POLYSMS_ACME_APPKEY: 'k' },
      'POLYSMS_ACME_APPKEY: acme(): appkey: is not an option; did you mean POLYSMS_ACME_APP_KEY?',
    ],
    [{ POLYSMS_ACME_ID: 'x' }, 'POLYSMS_ACME_ID: belongs into POLYSMS_PROVIDERS, as id:type'],
    [{ POLYSMS_ACME_TYPE: 'x' }, 'POLYSMS_ACME_TYPE: belongs into POLYSMS_PROVIDERS, as id:type'],
    [{ POLYSMS_STRATEGY: 'random' }, 'POLYSMS_STRATEGY: must be priority, round-robin or weighted'],
    [{ POLYSMS_STRATEGY: 'weighted' }, 'POLYSMS_WEIGHTS: is not set; the strategy weighted needs it: mob=3,aliyun=1'],
    [
      { POLYSMS_WEIGHTS: 'acme=3' },
      'POLYSMS_WEIGHTS: belongs to the strategy weighted; set POLYSMS_STRATEGY=weighted, or unset this',
    ],
  ])('names the variable: %j', (variables, problem) => {
    const env = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'k', ...variables };
    expect(errorOf(env)).toBe(`smsOptionsFromEnv(): ${problem}`);
  });

  it.each([
    ['acme', '.0: must be a provider and its weight, such as mob=3'],
    ['acme=3=4', '.0: must be a provider and its weight, such as mob=3'],
    ['acme=3,othr=1', '.1: must begin with an id of POLYSMS_PROVIDERS; did you mean other?'],
    ['acme=3,acme=1', '.1: gives a provider a second weight'],
    ['acme=many', '.acme: must be a whole number of messages, from 0 to 1000'],
  ])('names the place in POLYSMS_WEIGHTS=%s', (weights, problem) => {
    const env = { POLYSMS_PROVIDERS: 'acme,other', POLYSMS_ACME_APP_KEY: 'k', POLYSMS_OTHER_APP_KEY: 'k' };
    expect(errorOf({ ...env, POLYSMS_STRATEGY: 'weighted', POLYSMS_WEIGHTS: weights })).toBe(
      `smsOptionsFromEnv(): POLYSMS_WEIGHTS${problem}`,
    );
  });

  it('shows no value', () => {
    const value = fc.stringMatching(/^[a-z\d:=,-]{5,20}$/).map((text) => `~${text}`);
    const variable = fc.constantFrom('PROVIDERS', 'STRATEGY', 'WEIGHTS', 'ACME_CONNECTIONS', 'ACME_COLOUR', 'CONFIG');
    fc.assert(
      fc.property(variable, value, (name, text) => {
        try {
          read({ POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: text, [`POLYSMS_${name}`]: text });
        } catch (error) {
          expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(text);
          return;
        }
        expect.unreachable();
      }),
    );
  });
});

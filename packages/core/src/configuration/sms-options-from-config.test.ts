import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SmsError } from '../errors/sms-error.js';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import type { ProviderFactories } from './make-provider.js';
import { smsOptionsFromConfig } from './sms-options-from-config.js';

const env = { ACME_KEY: 'swordfish', ACME_CONNECTIONS: '64', ACME_LIMITS: '{"perDay":5}', EMPTY: '' };
const appKey = { env: 'ACME_KEY' };

describe('options from a configuration', () => {
  it('are those of the file, with the providers made', () => {
    const { factory, made } = fakeFactory();
    const settings = { deadlineMs: 5000, breaker: { openMs: 1000 }, routes: [{ providers: ['backup', 'main'] }] };
    const config = {
      providers: [
        { type: 'acme', id: 'main', appKey, baseUrl: 'https://a.example' },
        { type: 'acme', id: 'backup', appKey },
      ],
      ...settings,
    };
    const options = smsOptionsFromConfig(config, { env, factories: { acme: factory } });
    expect(made.map((provider) => provider.options)).toEqual([
      { id: 'main', appKey: 'swordfish', baseUrl: 'https://a.example' },
      { id: 'backup', appKey: 'swordfish' },
    ]);
    expect(options).toEqual({ ...settings, providers: made });
  });

  it('have the values of variables wherever a reference stands', () => {
    const { factory, made } = fakeFactory();
    const options = {
      appKey,
      connections: { env: 'ACME_CONNECTIONS', as: 'json' },
      limits: { env: 'ACME_LIMITS', as: 'json' },
      sender: { env: 'ACME_CONNECTIONS' },
      tags: ['a', { env: 'ACME_KEY', as: 'text' }],
      auth: { region: 'cn', token: { env: 'ACME_KEY' } },
    };
    smsOptionsFromConfig({ providers: [{ type: 'acme', ...options }] }, { env, factories: { acme: factory } });
    expect(made[0]?.options).toEqual({
      id: 'acme',
      appKey: 'swordfish',
      connections: 64,
      limits: { perDay: 5 },
      sender: '64',
      tags: ['a', 'swordfish'],
      auth: { region: 'cn', token: 'swordfish' },
    });
  });

  it('leave the configuration as it is', () => {
    const config = { providers: [{ type: 'acme', appKey }], breaker: { openMs: 5 } };
    const before = structuredClone(config);
    smsOptionsFromConfig(config, { env, factories: { acme: fakeFactory().factory } });
    expect(config).toEqual(before);
  });
});

describe('a configuration that cannot work', () => {
  const { factory } = fakeFactory();
  const errorOf = (config: unknown) =>
    configurationError(() => smsOptionsFromConfig(config, { env, factories: { acme: factory, mock: factory } }));
  const errorOfProvider = (provider: object) => errorOf({ providers: [{ type: 'acme', appKey }, provider] });

  it.each<[string, object, string]>([
    ['a variable that is not set', { appKey: { env: 'OTHER_KEY' } }, '1.appKey: the variable OTHER_KEY is not set'],
    ['a variable that is empty', { appKey: { env: 'EMPTY' } }, '1.appKey: the variable EMPTY is empty'],
    ['what every object has', { appKey: { env: 'toString' } }, '1.appKey: the variable that it names is not set'],
    [
      'a secret where the name of its variable belongs',
      { appKey: { env: 'a1b2c3d4' } },
      '1.appKey: the variable that it names is not set',
    ],
    [
      'a variable that holds no JSON',
      { appKey, connections: { env: 'ACME_KEY', as: 'json' } },
      '1.connections: the variable ACME_KEY does not hold JSON',
    ],
    ['what the factory refuses', { appKey, baseUrl: 5 }, '1: acme(): baseUrl: must be a text'],
    ['what the factory misses', {}, '1: acme(): appKey: is missing'],
    ['what the factory does not know', { appKey, colour: 'red' }, '1: acme(): colour: is not an option'],
  ])('names the place: %s', (_, options, expected) => {
    expect(errorOfProvider({ type: 'acme', ...options })).toBe(`smsOptionsFromConfig(): providers.${expected}`);
  });

  it.each([
    ['acmee', 'must be one of the factories acme, mock; did you mean acme?'],
    ['toString', 'must be one of the factories acme, mock'],
  ])('lists the factories instead of %s', (type, problem) => {
    expect(errorOfProvider({ type, appKey })).toBe(`smsOptionsFromConfig(): providers.1.type: ${problem}`);
  });

  it('gives one error for all problems, those of the factories included', () => {
    const config = {
      providers: [
        { type: 'acme', appKey: 'swordfish' },
        { type: 'acme', appKey, colour: 'red' },
        { type: 'acme', appKey: { env: 'OTHER_KEY' }, sender: { env: 'EMPTY' } },
        7,
      ],
      deadlineMS: 5,
    };
    expect(errorOf(config).split('\n')).toEqual([
      'smsOptionsFromConfig(): 6 problems:',
      '  providers.0.appKey: must not be written here, it looks like a secret; use { "env": "NAME_OF_A_VARIABLE" }',
      '  providers.3: must be an object with the type of a provider and its options',
      '  deadlineMS: is not a setting; did you mean deadlineMs?',
      '  providers.1: acme(): colour: is not an option',
      '  providers.2.appKey: the variable OTHER_KEY is not set',
      '  providers.2.sender: the variable EMPTY is empty',
    ]);
  });

  it('never shows a value, whatever the factories say', () => {
    const secret = fc.stringMatching(/^[A-Za-z\d"\\{} ]{4,30}$/).map((text) => `${text}~`);
    const key = fc.constantFrom('appKey', 'baseUrl', 'colour', 'tags', 'connections');
    const said = fc.constantFrom<(text: string) => Error>(
      (text) =>
        new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message: `tells(): ${text} is bad` }),
      (text) => new TypeError(`cannot read ${text.slice(1)}`),
    );
    fc.assert(
      fc.property(secret, key, fc.boolean(), said, (value, name, literal, errorFor) => {
        const tells = (options: Record<string, unknown>) => {
          throw errorFor(String(options[name]));
        };
        const option = literal ? { appKey: value } : { [name]: { env: 'SECRET' } };
        try {
          smsOptionsFromConfig(
            { providers: ['tells', 'acme'].map((type) => ({ type, ...option })) },
            { env: { SECRET: value }, factories: { acme: factory, tells } },
          );
        } catch (error) {
          expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(value.slice(1));
          return;
        }
        expect.unreachable();
      }),
    );
  });

  it('never shows what is inside the JSON of a variable', () => {
    const tells = ({ auth }: { auth: { token: string } }) => {
      throw new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message: `tells(): not ${auth.token}` });
    };
    const config = { providers: [{ type: 'tells', auth: { env: 'AUTH', as: 'json' } }] };
    const options = { env: { AUTH: '{"token":"sword\\u0066ish"}' }, factories: { tells } };
    expect(configurationError(() => smsOptionsFromConfig(config, options))).toBe(
      'smsOptionsFromConfig(): providers.0: tells(): not ***',
    );
  });

  it('does not take a name that would be dropped from the JSON of a variable', () => {
    const config = { providers: [{ type: 'acme', appKey, limits: { env: 'LIMITS', as: 'json' } }] };
    const options = { env: { ...env, LIMITS: '{"__proto__":{"perDay":5}}' }, factories: { acme: factory } };
    expect(configurationError(() => smsOptionsFromConfig(config, options))).toBe(
      'smsOptionsFromConfig(): providers.0.limits.__proto__: is not a name that can be used',
    );
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['something else', () => ({ id: 'a', close: async () => {} })],
    ['a promise', async () => Promise.reject(new Error('swordfish'))],
  ])('refuses a factory that returns %s instead of a provider', (_, make) => {
    const factories = { acme: factory, broken: make as ProviderFactories[string] };
    const config = { providers: [{ type: 'acme', appKey }, { type: 'broken' }] };
    expect(configurationError(() => smsOptionsFromConfig(config, { env, factories }))).toBe(
      'smsOptionsFromConfig(): providers.1: the factory broken returned no provider; it must return an object with id, send and close, and at once',
    );
  });

  it('closes what an asynchronous factory makes in the end', async () => {
    const acme = fakeFactory();
    const late = (async (options: unknown) => acme.factory(options)) as unknown as ProviderFactories[string];
    const config = { providers: [{ type: 'late', appKey }] };
    configurationError(() => smsOptionsFromConfig(config, { env, factories: { late } }));
    await nextTurn();
    expect(acme.made.map(({ closed }) => closed)).toEqual([true]);
  });

  it('names no error by a name that is no name', () => {
    const broken = () => {
      throw Object.assign(new Error('swordfish'), { name: 'a Name swordfish' });
    };
    expect(
      configurationError(() =>
        smsOptionsFromConfig({ providers: [{ type: 'broken' }] }, { env, factories: { broken } }),
      ),
    ).toContain('the factory broken threw a Error where');
  });

  it('names the kind of error when a factory throws one of its own', () => {
    const broken = () => JSON.parse('swordfish');
    const options = { env, factories: { broken } };
    expect(configurationError(() => smsOptionsFromConfig({ providers: [{ type: 'broken' }] }, options))).toBe(
      'smsOptionsFromConfig(): providers.0: the factory broken threw a SyntaxError where configuration_invalid is expected; its message may hold a secret and is not shown',
    );
  });
});

describe('providers made from a configuration that cannot work', () => {
  const good = { type: 'acme', appKey };

  it.each<[string, object]>([
    ['a later factory throws', { providers: [good, good, { type: 'acme' }] }],
    ['an earlier factory throws', { providers: [{ type: 'acme' }, good, good] }],
    ['another setting is wrong', { providers: [good, good], deadlineMs: 0 }],
  ])('are closed when %s', (_, config) => {
    const { factory, made } = fakeFactory();
    configurationError(() => smsOptionsFromConfig(config, { env, factories: { acme: factory } }));
    expect(made.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('are closed although closing one of them fails', () => {
    const { factory, made } = fakeFactory();
    const failing = (close: () => Promise<void>) => () => ({ ...factory({ appKey: 'k' }), close });
    const factories = {
      acme: factory,
      throwing: failing(() => {
        throw new Error('closed wrongly');
      }),
      rejecting: failing(() => Promise.reject(new Error('closed wrongly'))),
    };
    const providers = [{ type: 'throwing' }, { type: 'rejecting' }, good, { type: 'acme' }];
    const message = configurationError(() => smsOptionsFromConfig({ providers }, { env, factories }));
    expect(message).toBe('smsOptionsFromConfig(): providers.3: acme(): appKey: is missing');
    expect(made.at(-1)?.closed).toBe(true);
  });

  it('are left open when all is well', () => {
    const { factory, made } = fakeFactory();
    smsOptionsFromConfig({ providers: [good] }, { env, factories: { acme: factory } });
    expect(made.map(({ closed }) => closed)).toEqual([false]);
  });
});

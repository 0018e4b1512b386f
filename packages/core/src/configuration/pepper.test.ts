import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './config-problems.test.fixture.js';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromConfig } from './sms-options-from-config.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

const providers = [{ type: 'acme', appKey: { env: 'ACME_KEY' } }];
const factories = { acme: fakeFactory().factory };
const one = 'one pepper of 32 and more characters, for tests';
const other = 'other pepper of 32 and more characters, for tests';
const variables = { ACME_KEY: 'swordfish', ONE: one, OTHER: other, SHORT: 'hunter22', EMPTY: '' };

function fromConfig(pepper: unknown, env: Record<string, string> = variables) {
  return smsOptionsFromConfig({ providers, verification: { pepper } }, { env, factories }).verification?.pepper;
}
function fromEnv(config: object, env: Record<string, string>) {
  const POLYSMS_CONFIG = JSON.stringify({ providers, ...config });
  return smsOptionsFromEnv({ ...variables, POLYSMS_CONFIG, ...env }, { factories }).verification;
}
const errorOf = (run: () => unknown) => configurationError(run).replace(/^\w+\(\): /, '');

describe('the pepper of a configuration', () => {
  const literal = 'must not be written here, it looks like a secret; use { "env": "NAME_OF_A_VARIABLE" }';

  it('is the value of the variable that it names', () => {
    expect(fromConfig({ env: 'ONE' })).toBe(one);
    expect(fromConfig({ current: { env: 'ONE' } })).toEqual({ current: one });
    expect(fromConfig({ current: { env: 'ONE' }, previous: { env: 'OTHER' } })).toEqual({
      current: one,
      previous: other,
    });
  });

  it('leaves the settings beside it as they are, and need not be there', () => {
    const make = (verification?: object) =>
      smsOptionsFromConfig({ providers, verification }, { env: variables, factories }).verification;
    expect(make({ pepper: { env: 'ONE' }, maxChecks: 3 })).toEqual({ pepper: one, maxChecks: 3 });
    expect(make({ maxChecks: 3 })).toEqual({ maxChecks: 3 });
    expect(make()).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [one, `verification.pepper: ${literal}`],
    ['', `verification.pepper: ${literal}`],
    [{ current: one }, `verification.pepper.current: ${literal}`],
    [{ current: { env: 'ONE' }, previous: other }, `verification.pepper.previous: ${literal}`],
    [[one], 'verification.pepper: must be { "env": "NAME_OF_A_VARIABLE" }'],
    [12345678, 'verification.pepper: must be { "env": "NAME_OF_A_VARIABLE" }'],
    [{ current: null }, 'verification.pepper.current: must be { "env": "NAME_OF_A_VARIABLE" }'],
    [{ previous: { env: 'ONE' } }, 'verification.pepper.current: is missing'],
    [{ env: 'a pepper' }, 'verification.pepper: env must be the name of a variable, such as MOB_APP_KEY'],
    [
      { env: 'ONE', current: { env: 'ONE' } },
      'verification.pepper: must be a reference with env and as alone, such as { "env": "NAME" }',
    ],
  ])('is refused by the schema: %j', (pepper, problem) => {
    expect(problemsOf({ providers, verification: { pepper } })).toEqual([problem]);
    expect(errorOf(() => fromConfig(pepper))).toBe(problem);
  });

  it.each<[unknown, string]>([
    [{ env: 'UNSET' }, 'verification.pepper: the variable UNSET is not set'],
    [
      { current: { env: 'UNSET' }, previous: { env: 'ONE' } },
      'verification.pepper.current: the variable UNSET is not set',
    ],
    [{ env: 'EMPTY' }, 'verification.pepper: the variable EMPTY is empty'],
    [{ env: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }, 'verification.pepper: the variable that it names is not set'],
    [{ env: 'SHORT' }, 'verification.pepper: must have at least 32 characters; make one with: openssl rand -base64 32'],
    [
      { current: { env: 'ONE' }, previous: { env: 'SHORT' } },
      'verification.pepper.previous: must have at least 32 characters; make one with: openssl rand -base64 32',
    ],
    [
      { env: 'TRUE', as: 'json' },
      'verification.pepper: must be a secret of at least 32 characters, or { current, previous }; make one with: openssl rand -base64 32',
    ],
  ])('is refused with the variables at hand: %j', (pepper, problem) => {
    expect(errorOf(() => fromConfig(pepper, { ...variables, TRUE: 'true' }))).toBe(problem);
  });

  it('is reported beside everything else that is wrong', () => {
    const config = { providers: [{ type: 'acme' }], verification: { pepper: { env: 'UNSET' }, maxChecks: 0 } };
    expect(
      errorOf(() => smsOptionsFromConfig(config, { env: variables, factories }))
        .split('\n')
        .slice(1),
    ).toEqual([
      '  verification.maxChecks: must be a whole number of checks, from 1 to 10',
      '  providers.0: acme(): appKey: is missing',
      '  verification.pepper: the variable UNSET is not set',
    ]);
  });
});

describe('POLYSMS_PEPPER', () => {
  const short = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'swordfish' };

  it('is the pepper, beside the file or without one', () => {
    expect(fromEnv({}, { POLYSMS_PEPPER: one })).toEqual({ pepper: { current: one } });
    expect(
      fromEnv({ verification: { maxChecks: 3 } }, { POLYSMS_PEPPER: one, POLYSMS_PREVIOUS_PEPPER: other }),
    ).toEqual({ maxChecks: 3, pepper: { current: one, previous: other } });
    expect(smsOptionsFromEnv({ ...short, POLYSMS_PEPPER: one }, { factories }).verification).toEqual({
      pepper: { current: one },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['not set', {}],
    ['empty', { POLYSMS_PEPPER: '', POLYSMS_PREVIOUS_PEPPER: '' }],
  ])('may be %s: codes are then kept under a pepper of the process', (_, env) => {
    expect(fromEnv({}, env)).toBeUndefined();
    expect(smsOptionsFromEnv({ ...short, ...env }, { factories }).verification).toBeUndefined();
  });

  it.each<[string, object, Record<string, string>, object]>([
    ['another variable', { env: 'OTHER' }, { POLYSMS_PEPPER: one }, { current: one }],
    ['itself', { env: 'POLYSMS_PEPPER' }, { POLYSMS_PEPPER: one }, { current: one }],
    [
      'one beside a previous one, which stays',
      { current: { env: 'UNSET' }, previous: { env: 'OTHER' } },
      { POLYSMS_PEPPER: one },
      { current: one, previous: other },
    ],
  ])('wins over the reference of the file: %s', (_, pepper, env, expected) => {
    expect(fromEnv({ verification: { pepper } }, env)).toEqual({ pepper: expected });
  });

  it('has a previous one, which needs a current one', () => {
    const env = { POLYSMS_PREVIOUS_PEPPER: other };
    expect(fromEnv({ verification: { pepper: { env: 'ONE' } } }, env)).toEqual({
      pepper: { current: one, previous: other },
    });
    expect(errorOf(() => fromEnv({}, env))).toBe('verification.pepper.current: is missing');
    expect(errorOf(() => smsOptionsFromEnv({ ...short, ...env }, { factories }))).toBe('POLYSMS_PEPPER: is missing');
  });

  it.each([one, { current: one }, { current: { env: 'ONE' }, previous: other }])(
    'does not hide a secret in the file: %j',
    (pepper) => {
      const env = { POLYSMS_PEPPER: other, POLYSMS_PREVIOUS_PEPPER: one };
      expect(errorOf(() => fromEnv({ verification: { pepper } }, env))).toMatch(
        /^verification\.pepper(\.current|\.previous)?: must not be written here/,
      );
    },
  );

  it('is named when it is too short', () => {
    const problem = 'must have at least 32 characters; make one with: openssl rand -base64 32';
    const env = { POLYSMS_PEPPER: 'hunter22', POLYSMS_PREVIOUS_PEPPER: 'hunter23' };
    for (const read of [() => fromEnv({}, env), () => smsOptionsFromEnv({ ...short, ...env }, { factories })]) {
      expect(errorOf(read).split('\n').slice(1)).toEqual([
        `  POLYSMS_PEPPER: ${problem}`,
        `  POLYSMS_PREVIOUS_PEPPER: ${problem}`,
      ]);
    }
  });
});

it('no error shows a pepper, wherever it was written', () => {
  const canary = fc.stringMatching(/^[A-Za-z\d+/]{20,60}$/).map((text) => `canary${text}=`);
  type Place = (value: string) => () => unknown;
  const inFile =
    (pepper: (value: string) => unknown): Place =>
    (value) =>
    () =>
      fromConfig(pepper(value));
  const inEnv = (config: object, env: (value: string) => Record<string, string>): Place => {
    return (value) => () => fromEnv(config, env(value));
  };
  const wrong = { deadlineMs: 0 };
  const places: Record<string, Place> = {
    literal: inFile((value) => value),
    current: inFile((value) => ({ current: value })),
    previous: inFile((value) => ({ current: { env: 'ONE' }, previous: value })),
    list: inFile((value) => [value]),
    reference: inFile((value) => ({ env: value })),
    'kind of reference': inFile((value) => ({ env: 'ONE', as: value })),
    section: (value) => () => smsOptionsFromConfig({ providers, verification: value }, { env: variables, factories }),
    variable: inEnv(wrong, (value) => ({ POLYSMS_PEPPER: value })),
    'previous variable': inEnv({}, (value) => ({ POLYSMS_PREVIOUS_PEPPER: value })),
    'short variable': inEnv({}, (value) => ({ POLYSMS_PEPPER: value.slice(0, 20) })),
    'JSON in a variable': inEnv({ verification: { pepper: { env: 'P', as: 'json' } } }, (value) => ({ P: value })),
    'another variable': inEnv({}, (value) => ({ POLYSMS_GUARD_LIMITS_IP: value, POLYSMS_VERIFICATION_CODES: value })),
    'an unknown variable': inEnv({}, (value) => ({ POLYSMS_PEPER: value })),
  };
  fc.assert(
    fc.property(canary, fc.constantFrom(...Object.keys(places)), (value, place) => {
      try {
        places[place]?.(value)();
      } catch (error) {
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(value.slice(0, 20));
        return;
      }
      expect.unreachable(place);
    }),
    { numRuns: 500 },
  );
});

import { describe, expect, it } from 'vitest';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

const factories = { acme: fakeFactory().factory };
const short = { POLYSMS_PROVIDERS: 'acme,acme-backup', POLYSMS_ACME_APP_KEY: 'k', POLYSMS_ACME_BACKUP_APP_KEY: 'k' };
const errorOf = (variables: Record<string, string>) =>
  configurationError(() => smsOptionsFromEnv({ ...short, ...variables }, { factories }));

const others = 'if it is not for Polysms, name it in otherVariables';

describe('a variable that nobody knows', () => {
  it.each([
    ['POLYSMS_DEADLINE', 'is not a setting; did you mean POLYSMS_DEADLINE_MS?'],
    ['POLYSMS_BREAKER_OPENMS', 'is not a setting; did you mean POLYSMS_BREAKER_OPEN_MS?'],
    ['POLYSMS_MAX_ATEMPTS', 'is not a setting; did you mean POLYSMS_MAX_ATTEMPTS?'],
    ['POLYSMS_PEPER', 'is not a setting; did you mean POLYSMS_PEPPER?'],
    ['POLYSMS_VERIFICATION_PEPPER', 'is not a setting; did you mean POLYSMS_PEPPER?'],
    ['POLYSMS_VERIFICATION_PREVIOUS_PEPPER', 'is not a setting; did you mean POLYSMS_PREVIOUS_PEPPER?'],
    ['POLYSMS_GUARD_LIMITS_PHONES', 'is not a setting; did you mean POLYSMS_GUARD_LIMITS_PHONE?'],
    ['POLYSMS_AMCE_BASE_URL', 'is not a setting; did you mean POLYSMS_ACME_BASE_URL?'],
    ['POLYSMS_ACME_Base_Url', 'is not a setting; did you mean POLYSMS_ACME_BASE_URL?'],
    ['POLYSMS_ACME_', `is not a setting; ${others}`],
    ['POLYSMS_', `is not a setting; ${others}`],
    ['POLYSMS_REDIS_URL', `is not a setting; ${others}`],
  ])('is named: %s', (variable, problem) => {
    expect(errorOf({ [variable]: 'swordfish' })).toBe(`smsOptionsFromEnv(): ${variable}: ${problem}`);
  });

  it('is named although it is empty', () => {
    expect(errorOf({ POLYSMS_DEADLINE: '' })).toContain('POLYSMS_DEADLINE: is not a setting');
  });

  it('is named beside everything else that is wrong', () => {
    const message = errorOf({ POLYSMS_DEADLINE: '5', POLYSMS_MAX_ATTEMPTS: '0', POLYSMS_ACME_COLOUR: 'red' });
    expect(message.split('\n')).toEqual([
      'smsOptionsFromEnv(): 3 problems:',
      '  POLYSMS_DEADLINE: is not a setting; did you mean POLYSMS_DEADLINE_MS?',
      '  POLYSMS_MAX_ATTEMPTS: must be a whole number of attempts, from 1 to 100',
      '  POLYSMS_ACME_COLOUR: acme(): colour: is not an option',
    ]);
  });
});

describe('a variable is known', () => {
  it('when the configuration refers to it, even if that provider is wrong', () => {
    const provider = { type: 'acme', appKey: { env: 'POLYSMS_SECRET' } };
    const read = (providers: object[]) =>
      smsOptionsFromEnv(
        { POLYSMS_CONFIG: JSON.stringify({ providers }), POLYSMS_SECRET: 'k', POLYSMS_OTHER: 'k' },
        { factories, otherVariables: ['POLYSMS_OTHER'] },
      );
    expect(read([provider]).providers.map(({ id }) => id)).toEqual(['acme']);
    expect(configurationError(() => read([{ ...provider, type: 'amce' }]))).toBe(
      'smsOptionsFromEnv(): providers.0.type: must be one of the factories acme; did you mean acme?',
    );
  });

  it('when it holds a pepper that the configuration refers to', () => {
    const pepper = { current: { env: 'POLYSMS_NEW' }, previous: { env: 'POLYSMS_OLD' } };
    const env = {
      POLYSMS_CONFIG: JSON.stringify({ providers: [{ type: 'acme', appKey: { env: 'K' } }], verification: { pepper } }),
      K: 'k',
      POLYSMS_NEW: 'n'.repeat(32),
      POLYSMS_OLD: 'o'.repeat(32),
    };
    expect(smsOptionsFromEnv(env, { factories }).verification).toEqual({
      pepper: { current: 'n'.repeat(32), previous: 'o'.repeat(32) },
    });
  });

  it('when it does not begin with POLYSMS_', () => {
    expect(
      smsOptionsFromEnv({ ...short, POLYSM_X: '1', polysms_x: '1', PATH: '/' }, { factories }).providers,
    ).toHaveLength(2);
  });

  it('when the app says that it is its own', () => {
    const env = { ...short, POLYSMS_PORT: 'tcp://10.0.0.1:80', POLYSMS_GATEWAY_SERVICE_HOST: '10.0.0.2' };
    const otherVariables = ['POLYSMS_PORT', 'POLYSMS_GATEWAY_*'];
    expect(smsOptionsFromEnv(env, { factories, otherVariables }).providers).toHaveLength(2);
    const message = configurationError(() =>
      smsOptionsFromEnv({ ...env, POLYSMS_PORTS: '80' }, { factories, otherVariables }),
    );
    expect(message).toBe(`smsOptionsFromEnv(): POLYSMS_PORTS: is not a setting; ${others}`);
  });
});

import { describe, expect, it } from 'vitest';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromConfig } from './sms-options-from-config.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

// As JavaScript may call them.
const fromEnv: (...given: readonly unknown[]) => unknown = smsOptionsFromEnv as never;
const fromConfig: (...given: readonly unknown[]) => unknown = smsOptionsFromConfig as never;
const env = { POLYSMS_PROVIDERS: 'acme', POLYSMS_ACME_APP_KEY: 'swordfish' };
const config = { providers: [{ type: 'acme', appKey: { env: 'ACME_KEY' } }] };

describe('a call without what it needs', () => {
  it.each<[string, readonly unknown[]]>([
    ['no options', []],
    ['null', [null]],
    ['no factories', [{ env: {} }]],
    ['null as factories', [{ env: {}, factories: null }]],
    ['no factory in them', [{ env: {}, factories: {} }]],
    ['a factory that is none', [{ env: {}, factories: { acme: 'acme' } }]],
  ])('names the factories: %s', (_, options) => {
    const problem = 'factories: must be an object of the functions that make providers, such as { factories: { mob } }';
    expect(configurationError(() => fromEnv(env, ...options))).toBe(`smsOptionsFromEnv(): ${problem}`);
    const [given] = options;
    const withEnv = { env: {}, ...(given as object | null | undefined) };
    expect(configurationError(() => fromConfig(config, withEnv))).toBe(`smsOptionsFromConfig(): ${problem}`);
  });

  it('names the environment', () => {
    const factories = { acme: fakeFactory().factory };
    const problem = 'env: must be an object of variables, such as process.env';
    expect(configurationError(() => fromEnv(undefined, { factories }))).toBe(`smsOptionsFromEnv(): ${problem}`);
    expect(configurationError(() => fromConfig(config, { factories }))).toBe(`smsOptionsFromConfig(): ${problem}`);
  });

  it('says what is missing first: without any options the factories', () => {
    expect(configurationError(() => fromConfig(config))).toContain('smsOptionsFromConfig(): factories: must be');
  });
});

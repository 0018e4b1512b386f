import { describe, expect, it } from 'vitest';
import { problemsOf } from './config-problems.test.fixture.js';

describe('secrets and references in a configuration', () => {
  const provider = (options: object) => problemsOf({ providers: [{ type: 'acme', ...options }] });
  const remedy = 'must not be written here, it looks like a secret; use { "env": "NAME_OF_A_VARIABLE" }';

  it.each<[object, string]>([
    [{ appKey: 'hunter22' }, 'providers.0.appKey'],
    [{ appKey: '' }, 'providers.0.appKey'],
    [{ auth: { accessKeySecret: 'hunter22' } }, 'providers.0.auth.accessKeySecret'],
    [{ accounts: [{ authToken: 'hunter22' }] }, 'providers.0.accounts.0.authToken'],
    [{ apiKeys: ['hunter22'] }, 'providers.0.apiKeys.0'],
    [{ credentials: { user: 'hunter22' } }, 'providers.0.credentials.user'],
  ])('%j is refused with the remedy', (options, path) => {
    expect(provider(options)).toEqual([`${path}: ${remedy}`]);
  });

  it('a URL with a password is refused', () => {
    const expected = 'providers.0.proxy: must not hold a password; use { "env": "NAME_OF_A_VARIABLE" }';
    expect(provider({ proxy: 'http://user:hunter22@proxy' })).toEqual([expected]);
  });

  it.each<[unknown, string]>([
    [{ env: '' }, 'env must be the name of a variable, such as MOB_APP_KEY'],
    [{ env: 5 }, 'env must be the name of a variable, such as MOB_APP_KEY'],
    [{ env: 'A-B' }, 'env must be the name of a variable, such as MOB_APP_KEY'],
    [{ env: 'A', as: 'yaml' }, 'as must be text or json'],
    [{ env: 'A', default: 'x' }, 'must be a reference with env and as alone, such as { "env": "NAME" }'],
  ])('the reference %j is refused', (reference, problem) => {
    expect(provider({ appKey: reference })).toEqual([`providers.0.appKey: ${problem}`]);
  });

  it('an option that is called env is no reference', () => {
    expect(provider({ env: 'sandbox' })).toEqual([]);
  });

  it('what JSON cannot hold is refused, a circle included', () => {
    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    const problems = provider({ dispatcher: new Map(), random: Math.random, limit: Number.NaN, circle });
    expect(problems.map((problem) => problem.replace(/(\.circle)+/, '.circle…'))).toEqual(
      ['dispatcher', 'random', 'limit', 'circle…'].map(
        (name) =>
          `providers.0.${name}: must be JSON: text, a number, true, false, null, a list or an object, and not nested too deeply`,
      ),
    );
  });
});

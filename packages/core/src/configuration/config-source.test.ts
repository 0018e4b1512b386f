import { describe, expect, it } from 'vitest';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

const config = { providers: [{ type: 'acme', appKey: { env: 'ACME_KEY' } }], deadlineMs: 5000 };

function read(variables: Record<string, string>, readFile?: (path: string) => string) {
  const { factory, made } = fakeFactory();
  const options = { factories: { acme: factory }, readFile };
  return { ...smsOptionsFromEnv({ ACME_KEY: 'swordfish', ...variables }, options), made };
}
const errorOf = (...given: Parameters<typeof read>) => configurationError(() => read(...given));

describe('the source of a configuration', () => {
  it('is the JSON in POLYSMS_CONFIG', () => {
    const { deadlineMs, made } = read({ POLYSMS_CONFIG: JSON.stringify(config) });
    expect(deadlineMs).toBe(5000);
    expect(made.map(({ options }) => options)).toEqual([{ id: 'acme', appKey: 'swordfish' }]);
  });

  it('is the file that POLYSMS_CONFIG_FILE names, with or without a byte order mark', () => {
    const files: Record<string, string> = { '/etc/sms.json': `\uFEFF${JSON.stringify(config)}` };
    const { deadlineMs } = read({ POLYSMS_CONFIG_FILE: '/etc/sms.json' }, (path) => files[path] ?? '');
    expect(deadlineMs).toBe(5000);
  });

  it('is read from the disk by default', () => {
    const path = new URL('no-such-file.json', import.meta.url).pathname;
    expect(errorOf({ POLYSMS_CONFIG_FILE: path })).toBe(
      'smsOptionsFromEnv(): POLYSMS_CONFIG_FILE: names a file that cannot be read (ENOENT)',
    );
  });

  it('is neither repeated nor explained when reading fails in another way', () => {
    const readFile = () => {
      throw new Error('swordfish');
    };
    expect(errorOf({ POLYSMS_CONFIG_FILE: '{"a":1}' }, readFile)).toBe(
      'smsOptionsFromEnv(): POLYSMS_CONFIG_FILE: names a file that cannot be read',
    );
  });

  it.each([{}, { POLYSMS_CONFIG: '', POLYSMS_CONFIG_FILE: '', POLYSMS_PROVIDERS: '' }])(
    'must be there: %j',
    (variables) => {
      expect(errorOf(variables)).toBe(
        'smsOptionsFromEnv(): none of POLYSMS_CONFIG, POLYSMS_CONFIG_FILE, POLYSMS_PROVIDERS is set; set one of them',
      );
    },
  );

  it.each([
    ['POLYSMS_CONFIG', 'POLYSMS_CONFIG_FILE'],
    ['POLYSMS_CONFIG_FILE', 'POLYSMS_PROVIDERS'],
    ['POLYSMS_CONFIG', 'POLYSMS_CONFIG_FILE', 'POLYSMS_PROVIDERS'],
  ])('must be one: not %s and %s', (...names) => {
    const variables = Object.fromEntries(names.map((name) => [name, 'x']));
    expect(errorOf(variables)).toBe(
      `smsOptionsFromEnv(): ${names.join(', ')}: must not be set together; keep one of them`,
    );
  });

  it('must be JSON; the line and column are shown, the text is not', () => {
    const json = '{\n  "providers": [],\n  "secret": "swordfish",\n}';
    expect(errorOf({ POLYSMS_CONFIG: json })).toBe(
      'smsOptionsFromEnv(): POLYSMS_CONFIG: is not JSON: line 4, column 1: expected a name in double quotes; the last one has no comma after it',
    );
    expect(errorOf({ POLYSMS_CONFIG_FILE: 'f' }, () => json)).toBe(
      'smsOptionsFromEnv(): POLYSMS_CONFIG_FILE: is not JSON: line 4, column 1: expected a name in double quotes; the last one has no comma after it',
    );
    expect(errorOf({ POLYSMS_CONFIG: '{"swordfish": 1.2.3}' })).toBe(
      'smsOptionsFromEnv(): POLYSMS_CONFIG: is not JSON: line 1, column 18: expected a comma, ] or }',
    );
  });

  it('is never placed by a number that an error would shorten', () => {
    expect(errorOf({ POLYSMS_CONFIG: `{${' '.repeat(1_234_567)}` })).toBe(
      'smsOptionsFromEnv(): POLYSMS_CONFIG: is not JSON: line 1, column over a million: expected a name in double quotes or }',
    );
    expect(errorOf({ POLYSMS_CONFIG: '\n'.repeat(1_234_567) })).toContain('line over a million, column 1:');
  });

  it('shows problems of the configuration by their paths', () => {
    const text = JSON.stringify({ ...config, deadlineMs: 0, breaker: { openMs: -1 } });
    expect(errorOf({ POLYSMS_CONFIG: text }).split('\n')).toEqual([
      'smsOptionsFromEnv(): 2 problems:',
      '  deadlineMs: must be a whole number of milliseconds, from 1 to 24 days',
      '  breaker.openMs: must be a whole number of milliseconds, from 1 to a day',
    ]);
  });

  it('does not go with the strategy and weights of the short form', () => {
    const variables = { POLYSMS_STRATEGY: 'weighted', POLYSMS_WEIGHTS: 'acme=1' };
    const problem = 'belongs to POLYSMS_PROVIDERS; a configuration has routes with a strategy and weights';
    expect(
      errorOf({ POLYSMS_CONFIG: JSON.stringify(config), ...variables })
        .split('\n')
        .slice(1),
    ).toEqual([`  POLYSMS_STRATEGY: ${problem}`, `  POLYSMS_WEIGHTS: ${problem}`]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './config-problems.test.fixture.js';
import { overrides } from './env-overrides.js';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromConfig } from './sms-options-from-config.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

const text = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body = '']) => ({ language, body }));
const [file = ''] = blocks.filter(({ language }) => language === 'json').map(({ body }) => body);
const texts = blocks.filter(({ language }) => language === 'text').map(({ body }) => body);
const environments = texts.filter((body) => body.startsWith('POLYSMS_'));

function environmentOf(body: string): Record<string, string> {
  const lines = body.trim().split('\n');
  return Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? [line, '']));
}

describe('docs/configuration.md', () => {
  it('shows a file that works', () => {
    const { factory, made } = fakeFactory('mob');
    const env = { MOB_APP_KEY: 'k', MOB_BACKUP_APP_KEY: 'k', POLYSMS_PEPPER: 'p'.repeat(32) };
    const options = smsOptionsFromConfig(JSON.parse(file), { env, factories: { mob: factory } });
    expect(made.map(({ id }) => id)).toEqual(['mob', 'mob-backup']);
    expect(options.routes).toHaveLength(2);
  });

  it('shows variables that work', () => {
    expect(environments.length).toBeGreaterThan(0);
    for (const body of environments) {
      const { factory, made } = fakeFactory();
      const options = smsOptionsFromEnv(environmentOf(body), { factories: { mob: factory, mock: factory } });
      expect(options.providers).toEqual(made);
    }
  });

  it('shows the error that it speaks of', () => {
    const shown = texts.find((body) => body.startsWith('smsOptionsFromEnv()')) ?? '';
    const config = {
      providers: [
        { type: 'mob', appKey: 'swordfish' },
        { type: 'mob', id: 'mob-backup', appKey: { env: 'MOB_BACKUP_APP_KEY' } },
      ],
      deadlineMS: 5000,
    };
    const env = { POLYSMS_CONFIG: JSON.stringify(config), POLYSMS_BREAKER_OPEN_MS: '30s', POLYSMS_DEADLINE: '5000' };
    const factories = { mob: fakeFactory().factory };
    expect(configurationError(() => smsOptionsFromEnv(env, { factories }))).toBe(shown.trim());
  });

  it('lists every variable beside the setting that it overrides', () => {
    const rows = [...text.matchAll(/^\| `([\w.]+)` \| `(POLYSMS_\w+)` \|/gm)].map(([, setting, variable]) => [
      variable,
      setting,
    ]);
    expect(rows).toEqual([...overrides].map(([variable, { path }]) => [variable, path.join('.')]));
  });

  it.each([
    [''],
    ['retryBudget'],
    ['breaker'],
    ['onUnknown'],
    ['idempotency'],
    ['verification'],
    ['verification.pepper'],
    ['guard'],
    ['guard.limits'],
    ['guard.alarm'],
  ])('has a row for every setting of the schema: %s', (section) => {
    const rows = [...text.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, setting = '']) => setting);
    const path = section.split('.').filter((name) => name !== '');
    const config = path.reduceRight<object>((inner, name) => ({ [name]: inner }), { '?': 0 });
    const problem = problemsOf({ providers: [{ type: 'mob' }], ...config }).join();
    const settings = / the settings here are (.+)$/.exec(problem)?.[1]?.split(', ') ?? [];
    const missing = settings.filter((name) => {
      const setting = [...path, name].join('.');
      return !rows.some((row) => row === setting || row.startsWith(`${setting}.`));
    });
    expect([settings.length > 0, missing]).toEqual([true, []]);
  });
});

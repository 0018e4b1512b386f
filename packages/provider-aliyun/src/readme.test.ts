import { readdirSync, readFileSync } from 'node:fs';
import { smsOptionsFromEnv } from '@polysms/core/configuration';
import * as v from 'valibot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keys } from './aliyun.test.fixture.js';
import { errorCodes } from './errors.js';
import { aliyun } from './index.js';
import { aliyunFields, verificationFields } from './options.js';
import { receiptCodes } from './receipts.js';
import { parseSettings } from './simulator/settings.js';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const lines = read('../README.md').split('\n');
const plain = (cell = '') => cell.replaceAll('`', '');

/** The rows of the table whose head begins so. */
function table(head: string): readonly (readonly string[])[] {
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) => row.slice(2, -2).split(' | '));
}

describe('the options in README.md', () => {
  const documented = table('option').map(([name, variable, unit = '', byDefault, what = '']) => {
    return { name: plain(name), variable: plain(variable), unit, byDefault: plain(byDefault), what };
  });

  it('are those of aliyun(): a row for each', () => {
    expect(documented.map(({ name }) => name).sort()).toEqual(Object.keys(aliyunFields).sort());
    expect(documented.filter(({ unit, what }) => unit === '' || what === '')).toEqual([]);
  });

  it('are read from the variables beside them', () => {
    const none = documented.filter(({ variable }) => variable === '–').map(({ name }) => name);
    expect(none).toEqual(['credentials', 'id', 'dispatcher']);
    for (const { name, variable } of documented.filter((option) => option.variable !== '–')) {
      let given: object = {};
      const factory = (options: object) => {
        given = options;
        return aliyun(keys);
      };
      smsOptionsFromEnv({ POLYSMS_PROVIDERS: 'aliyun', [variable]: '1' }, { factories: { aliyun: factory } });
      expect([variable, Object.keys(given).filter((key) => key !== 'id')]).toEqual([variable, [name]]);
    }
  });

  it('make a provider from the environment alone', () => {
    const env = {
      POLYSMS_PROVIDERS: 'aliyun',
      POLYSMS_ALIYUN_ACCESS_KEY_ID: 'key-id',
      POLYSMS_ALIYUN_ACCESS_KEY_SECRET: 'key-secret',
      POLYSMS_ALIYUN_SIGNATURE: '{"CN":"示例签名","default":"Shop"}',
      POLYSMS_ALIYUN_WEBHOOKS: '{"secret":"0123456789abcdef"}',
      POLYSMS_ALIYUN_VERIFICATION: '{"signature":"示例赠送签名","template":"100001"}',
    };
    const [provider] = smsOptionsFromEnv(env, { factories: { aliyun } }).providers;
    onTestFinished(() => provider?.close());
    expect(provider?.webhooks).not.toBeNull();
    expect(provider?.verification?.limits).toEqual({ lifetimeMs: 300_000 });
  });

  it('have the defaults of the schema, or else those of the doc comments', () => {
    for (const { name, byDefault } of documented) {
      const field: v.GenericSchema | undefined = Object.entries(aliyunFields).find(([key]) => key === name)?.[1];
      const known: unknown = field === undefined ? undefined : v.getDefault(field);
      if (known !== undefined) expect([name, byDefault]).toEqual([name, String(known)]);
      else if (/\d/.test(byDefault)) expect(docCommentOf(name)).toContain(`Default ${byDefault}`);
    }
  });

  it('of verification are those of the schema, with their defaults', () => {
    const actual = Object.entries<v.GenericSchema>(verificationFields).map(([name, field]) => {
      const byDefault: unknown = v.getDefault(field);
      return [`verification.${name}`, field.type === 'optional' ? String(byDefault ?? 'none') : 'required'];
    });
    expect(table('option of `verification`').map(([name, , byDefault]) => [plain(name), plain(byDefault)])).toEqual(
      actual,
    );
  });
});

/** What is written above a property of the options, in the provider kit. */
function docCommentOf(name: string): string {
  const kit = '../../core/src/provider-kit/';
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s+readonly ${name}\\?:`, 's');
  const files = readdirSync(new URL(kit, import.meta.url)).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => comment.exec(read(kit + file))?.[1] ?? []).join();
}

it('the codes in README.md are those of the code, each with its words and its outcome', () => {
  const documented = table('code').flatMap(([codes = '', words, outcome]) => {
    return plain(codes)
      .split(', ')
      .map((code) => [code, words, outcome]);
  });
  const actual = [...errorCodes].map(([name, { outcome, code, message }]) => [name, message, `${outcome} \`${code}\``]);
  expect(documented.slice(0, actual.length)).toEqual(actual);
});

it('the receipts in README.md are those of the code', () => {
  const start = lines.indexOf('| code | state | reason |');
  const documented = lines.slice(start + 2, start + 2 + receiptCodes.size).map((row) => row.slice(2, -2).split(' | '));
  const actual = [...receiptCodes].map(([code, { state, reason }]) => [
    `\`${code}\``,
    state,
    reason ? `\`${reason}\`` : '–',
  ]);
  expect(documented).toEqual(actual);
  expect(lines[start + 2 + receiptCodes.size]).toBe('');
});

it('the settings of the dialect in README.md are those of the code, with their defaults', () => {
  const settings: Readonly<Record<string, unknown>> = { ...parseSettings({}) };
  const documented = table('setting');
  expect(documented.map(([name]) => plain(name))).toEqual(Object.keys(settings));
  for (const [name, byDefault] of documented.filter(([, each]) => each?.startsWith('`'))) {
    const value = settings[plain(name)];
    expect(plain(byDefault)).toBe(JSON.stringify(value === Number.POSITIVE_INFINITY ? 'Infinity' : value));
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { smsOptionsFromEnv } from '@polysms/core/configuration';
import type { CheckOutcome, SendOutcome } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { customStatus } from './custom-status.js';
import { mob } from './mob.js';
import { mobFields } from './options.js';
import { controlRoutes } from './simulator/control.js';
import { settingsEntries, settingsSchema } from './simulator/settings-schema.js';
import { checkcodeStatus, sendmsgStatus } from './sms-status.js';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../README.md');

/** The cells of every row whose first cell fits. */
function rows(first: RegExp): string[][] {
  const lines = readme.split('\n').filter((line) => line.startsWith('| '));
  const cells = lines.map((line) =>
    line
      .slice(2, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
  return cells.filter(([cell = '']) => first.test(cell));
}

describe('the options in README.md', () => {
  const options = rows(/^`\w+`$/).filter(({ length }) => length === 5);
  const documented = options.map(([option = '', variable = '', unit = '', byDefault = '', what = '']) => ({
    name: option.replaceAll('`', ''),
    variable: variable.replaceAll('`', ''),
    unit,
    byDefault: byDefault.replaceAll('`', ''),
    what,
  }));

  it('are those of mob(): a row for each', () => {
    expect(documented.map(({ name }) => name).sort()).toEqual(Object.keys(mobFields).sort());
    expect(documented.filter(({ unit, what }) => unit === '' || what === '')).toEqual([]);
  });

  it('are read from the variables beside them', () => {
    expect(documented.filter(({ variable }) => variable === '–').map(({ name }) => name)).toEqual(['id', 'dispatcher']);
    for (const { name, variable } of documented.filter((option) => option.variable !== '–')) {
      let given: object = {};
      const factory = (options: object) => {
        given = options;
        return mob({ appKey: 'k' });
      };
      smsOptionsFromEnv({ POLYSMS_PROVIDERS: 'mob', [variable]: '1' }, { factories: { mob: factory } });
      expect([variable, Object.keys(given).filter((key) => key !== 'id')]).toEqual([variable, [name]]);
    }
  });

  it('have the defaults of the schema, or else those of the doc comments', () => {
    for (const { name, byDefault } of documented) {
      const field: v.GenericSchema | undefined = Object.entries(mobFields).find(([key]) => key === name)?.[1];
      const known: unknown = field === undefined ? undefined : v.getDefault(field);
      if (known !== undefined) expect([name, byDefault]).toEqual([name, String(known)]);
      else if (/\d/.test(byDefault)) expect(docCommentOf(name)).toContain(`Default ${byDefault}`);
      else if (byDefault === 'required') expect(field?.type).not.toBe('optional');
    }
  });
});

/** What is written above a property of the options, in the provider kit or here. */
function docCommentOf(name: string): string {
  const kit = '../../core/src/provider-kit/';
  const files = ['./options.ts', ...readdirSync(new URL(kit, import.meta.url)).map((file) => kit + file)];
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s+readonly ${name}\\?:`, 's');
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => comment.exec(read(file))?.[1] ?? [])
    .join();
}

describe('the settings of the simulator in README.md', () => {
  const documented = rows(/^`[\w.]+`$/).filter(({ length }) => length === 4);
  const plain = (cell: string) => cell.replaceAll('`', '');

  /** `limits.perDay` and so on, with the default of each as JSON writes it. */
  function flat(defaults: object, prefix = ''): [string, string][] {
    return Object.entries(defaults).flatMap(([name, value]): [string, string][] => {
      if (name === 'limits' || name === 'custom') return flat(value, `${prefix}${name}.`);
      return [[prefix + name, JSON.stringify(value === Number.POSITIVE_INFINITY ? 'Infinity' : value)]];
    });
  }

  it('are those of the code, with their defaults', () => {
    const none = Object.fromEntries(Object.keys(settingsEntries).map((name) => [name, null]));
    const actual = flat({ ...none, ...v.parse(settingsSchema, {}) });
    const shown = documented.map(([name = '', byDefault = '']) => [plain(name), plain(byDefault)]);
    expect(shown.sort()).toEqual(actual.sort());
  });
});

describe('the statuses in README.md', () => {
  const none = '–';
  const cell = (outcome: SendOutcome | CheckOutcome) => {
    if (!('code' in outcome)) return outcome.outcome;
    return outcome.code === 'unrecognized_provider_code' ? none : `${outcome.outcome} \`${outcome.code}\``;
  };
  const known = (status: number, outcomes: readonly (SendOutcome | CheckOutcome)[]) => {
    const cells = outcomes.map(cell);
    if (cells.every((each) => each === none)) return [];
    const reason = outcomes.flatMap((outcome, index) =>
      'message' in outcome && cells[index] !== none ? [outcome.message] : [],
    )[0];
    return [
      { status, cells: cells.map((each, index) => (index > 0 && each === cells[0] ? 'the same' : each)), reason },
    ];
  };
  const statuses = Array.from({ length: 1_000 }, (_, status) => status);

  it.each([
    ['sendmsg, checkcode and verify', 4, (status: number) => [sendmsgStatus(status), checkcodeStatus(status)]],
    ['custom/msg', 3, (status: number) => [customStatus(status)]],
  ] as const)('are those of the code: %s', (_name, width, outcomesOf) => {
    const expected = statuses.flatMap((status) => known(status, outcomesOf(status)));
    const documented = rows(/^\d{3}$/).filter(({ length }) => length === width);
    // Success, and the verdicts on a code, have no words in the code.
    expect(documented.map(([status, words, ...cells]) => ({ status, words, cells }))).toEqual(
      expected.map(({ status, cells, reason }) => ({
        status: String(status),
        words: reason ?? expect.stringMatching(/\.$/),
        cells,
      })),
    );
  });
});

it('README.md lists every control endpoint of the simulator, with its method', () => {
  const documented = rows(/^`(GET|POST) \/simulator\//).map(([request = '']) => request.replaceAll('`', ''));
  const actual = [...controlRoutes].map(([path, { method }]) => `${method} ${path}`);
  expect(documented.sort()).toEqual(actual.sort());
});

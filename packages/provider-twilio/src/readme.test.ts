import { readdirSync, readFileSync } from 'node:fs';
import { smsOptionsFromEnv } from '@polysms/core/configuration';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { twilioFields } from './options.js';
import { rowsUnder } from './readme-tables.test.fixture.js';
import { parseSettings, settingsEntries } from './simulator/settings.js';
import { twilio } from './twilio.js';
import { accountSid, authToken, from } from './twilio.test.fixture.js';

const plain = (cell = '') => cell.replaceAll('`', '');

describe('the options in README.md', () => {
  const documented = rowsUnder('option').map(([name, variable, unit, byDefault, what]) => ({
    ...{ name: plain(name), variable: plain(variable), byDefault: plain(byDefault), unit, what },
  }));

  it('are those of twilio(): a row for each', () => {
    expect(documented.map(({ name }) => name).sort()).toEqual(Object.keys(twilioFields).sort());
    expect(documented.filter(({ unit, what }) => !unit || !what)).toEqual([]);
  });

  it('are read from the variables beside them', () => {
    expect(documented.filter(({ variable }) => variable === '–').map(({ name }) => name)).toEqual(['id', 'dispatcher']);
    for (const { name, variable } of documented.filter((option) => option.variable !== '–')) {
      let given: object = {};
      const factory = (options: object) => {
        given = options;
        return twilio({ accountSid, authToken, from });
      };
      smsOptionsFromEnv({ POLYSMS_PROVIDERS: 'twilio', [variable]: '1' }, { factories: { twilio: factory } });
      expect([variable, Object.keys(given).filter((key) => key !== 'id')]).toEqual([variable, [name]]);
    }
  });

  it('have the defaults of the schema, or else those of the doc comments', () => {
    for (const { name, byDefault } of documented) {
      const field = twilioFields[name];
      const known: unknown = field === undefined ? undefined : v.getDefault(field);
      if (known !== undefined) expect([name, byDefault]).toEqual([name, String(known)]);
      else if (/^\d+$/.test(byDefault)) expect(docCommentOf(name)).toContain(`Default ${byDefault}`);
      else if (byDefault === 'required') expect(field?.type).not.toBe('optional');
    }
  });

  it('make a provider from the environment, with senders by country', () => {
    const env = {
      POLYSMS_PROVIDERS: 'twilio',
      POLYSMS_TWILIO_ACCOUNT_SID: accountSid,
      POLYSMS_TWILIO_AUTH_TOKEN: authToken,
      POLYSMS_TWILIO_FROM: '{"US":"+15005550006","default":"Shop"}',
      POLYSMS_TWILIO_MAX_PER_SECOND: '10',
    };
    const { providers } = smsOptionsFromEnv(env, { factories: { twilio } });
    expect(providers.map(({ id, sends }) => [id, sends.text])).toEqual([['twilio', true]]);
  });
});

/** What is written above a property of the options, in the provider kit or here. */
function docCommentOf(name: string): string {
  const kit = new URL('../../core/src/provider-kit/', import.meta.url);
  const files = [new URL('./options.ts', import.meta.url), ...readdirSync(kit).map((file) => new URL(file, kit))];
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s+readonly ${name}\\?:`, 's');
  return files
    .filter(({ pathname }) => pathname.endsWith('.ts'))
    .flatMap((file) => comment.exec(readFileSync(file, 'utf8'))?.[1] ?? [])
    .join();
}

it('the settings of the dialect in README.md are those of the code, with their defaults', () => {
  const defaults: Readonly<Record<string, unknown>> = parseSettings({});
  const shown = (value: unknown) => {
    if (value === undefined || value === null) return 'any';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const actual = Object.keys(settingsEntries).map((name) => [name, shown(defaults[name])]);
  const documented = rowsUnder('setting').map(([name, byDefault]) => [plain(name), plain(byDefault)]);
  expect(documented).toEqual(actual);
});

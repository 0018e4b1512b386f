import { describe, expect, it } from 'vitest';
import { parseOptions } from '../provider-kit/options.js';
import { type VerificationOptions, verificationOptionsSchema, withDefaults } from './verification-options.js';

const secret = 's'.repeat(32);

function parse(options: unknown) {
  return withDefaults(parseOptions('verification', verificationOptionsSchema, options));
}

/** What is said of options that cannot work. */
function problemOf(options: unknown): string {
  try {
    parse(options);
  } catch (error) {
    expect(error).toMatchObject({ code: 'configuration_invalid', outcome: 'not-sent' });
    return (error as Error).message;
  }
  return 'none';
}

describe('verification options', () => {
  const defaults = {
    pepper: undefined,
    codes: 'issued',
    message: {
      kind: 'text',
      names: 'Your verification code is {code}. It is good for {minutes} minutes. Do not share it.',
    },
    codeLength: 6,
    lifetimeMs: 300_000,
    deliverWithinMs: undefined,
    maxChecks: 5,
    maxFailures: 15,
    failureWindowMs: 86_400_000,
    tenant: '',
  };

  it('have defaults', () => {
    expect(parse({})).toStrictEqual(defaults);
  });

  it.each<VerificationOptions>([
    { codes: 'issued' },
    { codes: 'local' },
    { codeLength: 6 },
    { codeLength: 10 },
    { lifetimeMs: 1_000 },
    { lifetimeMs: 600_000 },
    { maxChecks: 1 },
    { maxChecks: 10 },
    { maxFailures: 1 },
    { maxFailures: 100 },
    { failureWindowMs: 60_000 },
    { failureWindowMs: 24 * 86_400_000 },
    { tenant: '' },
    { tenant: 't'.repeat(128) },
  ])('take %j, and leave the defaults of the others', (given) => {
    expect(parse(given)).toStrictEqual({ ...defaults, ...given });
  });

  it.each<[VerificationOptions['pepper'], unknown]>([
    [secret, { current: secret, previous: undefined }],
    [{ current: secret }, { current: secret, previous: undefined }],
    [
      { current: secret, previous: 'p'.repeat(32) },
      { current: secret, previous: 'p'.repeat(32) },
    ],
  ])('take the pepper %j', (pepper, expected) => {
    expect(parse({ pepper }).pepper).toStrictEqual(expected);
  });

  it.each([
    '{code}',
    { en: '{code}' },
    { zz: '{code}', 'zh-Hant-TW': '{code}', abcdefgh: '{code}', 'en-u-nu-12345678': '{code}' },
  ])('take the text or template %j', (names) => {
    expect(parse({ text: names }).message).toStrictEqual({ kind: 'text', names });
    expect(parse({ template: names }).message).toStrictEqual({ kind: 'template', names });
  });

  const secretRule =
    'must be a secret of at least 32 characters, or { current, previous }; make one with: openssl rand -base64 32';
  const secretLength = 'must have at least 32 characters; make one with: openssl rand -base64 32';

  it.each<[unknown, string]>([
    [{ pepper: 1 }, `pepper: ${secretRule}`],
    [{ pepper: 's'.repeat(31) }, `pepper: ${secretLength}`],
    [{ pepper: { current: 's'.repeat(31) } }, `pepper.current: ${secretLength}`],
    [{ pepper: { current: 1 } }, `pepper.current: ${secretRule}`],
    [{ pepper: { current: secret, previous: 's' } }, `pepper.previous: ${secretLength}`],
    [{ pepper: {} }, 'pepper.current: is missing'],
    [{ pepper: '\ud83d'.repeat(32) }, 'pepper: must be whole characters; make one with: openssl rand -base64 32'],
    [{ codes: 'both' }, 'codes: must be issued or local'],
    [{ codeLength: '6' }, 'codeLength: must be a whole number of digits, from 6 to 10'],
    [{ codeLength: 6.5 }, 'codeLength: must be a whole number of digits, from 6 to 10'],
    [{ codeLength: 5 }, 'codeLength: must be a whole number of digits, from 6 to 10'],
    [{ codeLength: 11 }, 'codeLength: must be a whole number of digits, from 6 to 10'],
    [{ lifetimeMs: 999 }, 'lifetimeMs: must be a whole number of milliseconds, from a second to 10 minutes'],
    [{ lifetimeMs: 600_001 }, 'lifetimeMs: must be a whole number of milliseconds, from a second to 10 minutes'],
    [{ maxChecks: 0 }, 'maxChecks: must be a whole number of checks, from 1 to 10'],
    [{ maxChecks: 11 }, 'maxChecks: must be a whole number of checks, from 1 to 10'],
    [{ maxFailures: 0 }, 'maxFailures: must be a whole number of wrong codes, from 1 to 100'],
    [{ maxFailures: 101 }, 'maxFailures: must be a whole number of wrong codes, from 1 to 100'],
    [{ failureWindowMs: 59_999 }, 'failureWindowMs: must be a whole number of milliseconds, from a minute to 24 days'],
    [
      { failureWindowMs: 24 * 86_400_000 + 1 },
      'failureWindowMs: must be a whole number of milliseconds, from a minute to 24 days',
    ],
    [{ tenant: 1 }, 'tenant: must be a string'],
    [{ tenant: 't'.repeat(129) }, 'tenant: must have at most 128 characters'],
    [{ text: '{code}', template: 'code' }, 'template: must not be set beside text; keep one of them'],
  ])('refuse %j', (options, problem) => {
    expect(problemOf(options)).toBe(`verification: ${problem}`);
  });

  it('refuse a misspelt option, also in a pepper', () => {
    expect(problemOf({ tenat: '' })).toContain('verification: tenat: ');
    expect(problemOf({ pepper: { current: secret, previuos: secret } })).toContain('verification: pepper');
  });

  describe.each([
    ['text', 'must be a text with {code} in it, or an object of texts by language such as en'],
    ['template', 'must be the name of a template, or an object of names by language such as en'],
  ])('refuse a %s', (option, form) => {
    it.each([
      [1, ''],
      [null, ''],
      ['', ''],
      [{}, ''],
      [{ en: '' }, '.en'],
      [{ en: 'x', zh: 1 }, '.zh'],
    ])('%j', (names, where) => {
      expect(problemOf({ [option]: names })).toBe(`verification: ${option}${where}: ${form}`);
    });

    it.each(['e', 'abcdefghi', 'e1', '1en', '-en', 'en-', 'en_US', 'en-123456789', 'en--US', 'en US'])(
      'for the language %j',
      (tag) => {
        const rule = 'is not a language; write a BCP 47 tag such as en or zh-CN';
        // Long numbers are shortened in every error.
        const shown = tag.includes(' ') ? `"${tag}"` : tag.replace('1234567', '***');
        expect(problemOf({ [option]: { en: 'x', [tag]: 'x' } })).toBe(`verification: ${option}.${shown}: ${rule}`);
      },
    );
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuse the language %s, which would be lost', (tag) => {
    const texts = JSON.parse(`{ "en": "{code}", "${tag}": "{code}" }`);
    expect(problemOf({ text: texts })).toBe(`verification: text.${tag}: is not a name that can be used`);
  });

  it('refuse a pepper that replaces itself', () => {
    expect(problemOf({ pepper: { current: secret, previous: secret } })).toBe(
      'verification: pepper: current and previous must differ',
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLanguageTag, preferredLocale } from './localized.js';

describe('the language that a person prefers', () => {
  it.each([
    ['en', 'en'],
    ['EN-us', 'en-US'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
    ['zh_CN', 'zh-CN'],
    ['zh_CN.UTF-8', 'zh-CN'],
    ['sr_RS@latin', 'sr-RS'],
    [' de \n', 'de'],
    ['de-1', 'de'],
    ['en-US-', 'en-US'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['*,de;q=0.5', 'de'],
    ['en;q=0.5,fr;q=0.9', 'fr'],
    ['fr;q=0,en', 'en'],
    ['de;q=0.5, en ;Q=0.5', 'de'],
    ['_,C,ja', 'ja'],
    ['en;q=much', 'en'],
  ])('%j is %s', (given, expected) => {
    expect(preferredLocale(given)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '*',
    ',',
    'e',
    'C',
    'i-klingon',
    '-',
    '_CN',
    'fr;q=0',
    '日本語',
    'a'.repeat(1_001),
    undefined,
    null,
    false,
    5,
    ['en'],
    {},
  ])('is none for %j', (given) => {
    expect(preferredLocale(given)).toBeUndefined();
  });

  it('is a canonical tag or none, whatever is given, and the same when it is asked again', () => {
    const part = fc.constantFrom(
      'en',
      'zh',
      'CN',
      'Hant',
      '_',
      '-',
      ',',
      ';',
      'q=0.5',
      '*',
      '1',
      'x',
      'u-nu-latn',
      ' ',
      '.',
      '\n',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (given) => {
          const locale = preferredLocale(given);
          if (locale === undefined) return;
          expect(isLanguageTag(locale)).toBe(true);
          expect(Intl.getCanonicalLocales(locale)).toEqual([locale]);
          expect(preferredLocale(locale)).toBe(locale);
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { isLanguageTag, variantFor, variantsOf } from './localized.js';

const texts = { en: 'English', 'zh-Hant': '繁體', zh: '简体', 'pt-BR': 'Brasil' };

describe('the variant for a language', () => {
  it.each([
    ['en', 'English'],
    ['EN-us', 'English'],
    ['zh-Hant-TW', '繁體'],
    ['zh-hant', '繁體'],
    ['zh-Hans-CN', '简体'],
    ['zh', '简体'],
    ['pt-BR', 'Brasil'],
    // A regional variant is not taken for its whole language.
    ['pt', 'English'],
    ['pt-PT', 'English'],
    ['de', 'English'],
    ['toString', 'English'],
    ['', 'English'],
    [undefined, 'English'],
  ])('%s is %s', (locale, expected) => {
    expect(variantFor(texts, locale)).toBe(expected);
  });

  it('is the only one there is', () => {
    expect(variantFor('only', 'zh')).toBe('only');
    expect(variantFor('only', undefined)).toBe('only');
    expect(variantFor('only', '0')).toBe('only');
  });

  it('is found however the tags are written', () => {
    expect(variantFor({ en: 'English', 'ZH-cn': '中文' }, 'zh-CN')).toBe('中文');
    // The older name of Hebrew.
    expect(variantFor({ en: 'English', iw: 'עברית' }, 'he-IL')).toBe('עברית');
    expect(variantFor({ en: 'English', he: 'עברית' }, 'iw')).toBe('עברית');
  });
});

it('all variants are known, in their order', () => {
  expect(variantsOf(texts)).toEqual(['English', '繁體', '简体', 'Brasil']);
  expect(variantsOf('only')).toEqual(['only']);
});

describe('a language tag', () => {
  const longest = `en-${'abcdefgh-'.repeat(3)}abcde`;

  it.each(['en', 'zh-CN', 'zh-Hant-TW', 'es-419', 'de-1996', longest])('is %s', (tag) => {
    expect(isLanguageTag(tag)).toBe(true);
  });

  it.each([
    '',
    'e',
    'zh_CN',
    'en-',
    'en US',
    'en,de',
    `${longest}f`,
    `en${'-x'.repeat(9_000)}`,
    undefined,
    5,
    ['en'],
    { length: 2 },
  ])('is not %j', (tag) => expect(isLanguageTag(tag)).toBe(false));
});

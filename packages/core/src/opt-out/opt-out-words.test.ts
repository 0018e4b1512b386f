import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chineseStopWords, optOutOf, optOutWords, startWords, stopWords } from './opt-out-words.js';

const words = optOutWords(stopWords, startWords);
const chinese = optOutWords([...stopWords, ...chineseStopWords], startWords);

describe('the words of an opt-out', () => {
  it.each([...stopWords, 'stop', 'Stop', 'sToP'])('are found alone in a message: %s', (text) => {
    expect(optOutOf(text, words)).toBe('stop');
  });

  it.each([
    ['a full stop', 'STOP.'],
    ['white space and an exclamation mark', '  Stop! \r\n'],
    ['no-break and ideographic spaces', '\u00a0STOP\u3000'],
    ['quotes of print', '“stop”'],
    ['Chinese quotes', '「退订」'],
    ['a Chinese full stop', '退订。'],
    ['a hyphen', 'opt-out'],
    ['a dash', 'Opt–Out'],
    ['a space between', 'opt out'],
    ['a space in two words', 'Stop all'],
    ['a dot after each letter', 'S.T.O.P.'],
    ['a number sign', '#stop'],
    ['an emoji', 'STOP 🛑'],
    ['an emoji with joiners', 'stop 🙅🏽‍♀️'],
    ['full-width letters', 'ＳＴＯＰ'],
    ['full-width punctuation', 'ｓｔｏｐ！'],
    ['mathematical letters', '𝐒𝐓𝐎𝐏'],
    ['invisible marks', '\u200e\ufeffst\u200bop\u2060'],
    ['a soft hyphen', 'unsub\u00adscribe'],
    ['an accent', 'stóp'],
    ['a combining accent', 'sto\u0301p'],
    ['the İ of a Turkish phone', 'UNSUBSCRİBE'],
    ['the ı of a Turkish phone', 'unsubscrıbe'],
    ['a NUL at its end', 'STOP\u0000'],
  ])('are found with %s', (_, text) => {
    expect(optOutOf(text, words)).toBe('stop');
  });

  it.each([...startWords, 'start', ' Start. ', '“unstop”', 'ＳＴＡＲＴ'])(
    'are found for who wants messages again: %s',
    (text) => {
      expect(optOutOf(text, words)).toBe('start');
    },
  );

  it.each([
    'Please stop',
    'stop it',
    'stop stop',
    "don't stop",
    'nonstop',
    'stopped',
    'STOP1',
    '1 STOP',
    'the end',
    'restart',
    'СТОП',
    'ЅТОР',
    'sto',
    '',
    ' ',
    '.',
    '🛑',
    '\u200b',
    '\ud800',
    '__proto__',
    'constructor',
  ])('are not found in other messages: %j', (text) => {
    expect(optOutOf(text, words)).toBeUndefined();
  });

  it.each([...chineseStopWords, 't', ' T ', 'Ｔ', 'r', 'Qx'])('may be fewer letters in China: %s', (text) => {
    expect(optOutOf(text, words)).toBeUndefined();
    expect(optOutOf(text, chinese)).toBe('stop');
  });

  it.each(['N', '0000', 'Y', '1', 'TT', '退', '订', '不退订'])('are no mere answer, in China too: %s', (text) => {
    expect(optOutOf(text, chinese)).toBeUndefined();
  });

  it('are those of the options, in any spelling', () => {
    const own = optOutWords(['Arrêt', 'Opt in not', 'हटाओ'], ['ДА']);
    expect(['ARRET', 'arrêt!', 'optinnot', 'हटाओ'].map((text) => optOutOf(text, own))).toEqual(Array(4).fill('stop'));
    // A vowel sign is a part of the word.
    expect(['हटा', 'हट', 'STOP', 'START'].map((text) => optOutOf(text, own))).toEqual(Array(4).fill(undefined));
    expect(optOutOf('да', own)).toBe('start');
  });

  it('opt out, if one means both', () => {
    expect(optOutOf('x', optOutWords(['x'], ['x']))).toBe('stop');
  });

  it('are found however they are wrapped, and never in another word', () => {
    // Symbols such as ™ and Ⓢ are letters in another form.
    const beside = fc
      .stringMatching(/^[\s\p{P}\p{S}\u200b\u200e\ufeff]{0,8}$/u)
      .filter((text) => !/[\p{L}\p{N}]/u.test(text.normalize('NFKD')));
    const letters = fc.stringMatching(/^[a-z0-9]{1,8}$/u);
    const cased = (word: string) =>
      fc.tuple(...[...word].map((letter) => fc.constantFrom(letter, letter.toLowerCase()))).map((all) => all.join(''));
    const word = fc.constantFrom(...stopWords).chain(cased);
    fc.assert(
      fc.property(beside, word, beside, (before, said, after) => optOutOf(before + said + after, words) === 'stop'),
    );
    // T退订 is a word as well.
    const longer = fc.tuple(letters, word).filter(([more]) => more !== 't');
    fc.assert(
      fc.property(longer, beside, ([more, said], after) => optOutOf(`${more} ${said}${after}`, words) !== 'stop'),
    );
  });

  it('are looked for in time that grows with the length of the message alone', () => {
    const long = `x${' '.repeat(500_000)}stop${'.'.repeat(500_000)}x`;
    expect(optOutOf(long, words)).toBeUndefined();
  });
});

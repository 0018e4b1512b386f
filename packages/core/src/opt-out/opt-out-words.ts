import { plainText } from '../phone/typed-text.js';

/** Words that mean something if they are alone in a message; made by {@link optOutWords}. */
export interface OptOutWords {
  readonly stop: ReadonlySet<string>;
  readonly start: ReadonlySet<string>;
}

/** What carriers of North America and vendors everywhere take for an opt-out, and what no other reply can mean. */
export const stopWords = [
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
  'TD',
  'T退订',
  '退订',
  '退訂',
] as const;

/**
 * What messages in China tell people to reply: 回T退订, 拒收请回复R, 退订回QX. Elsewhere one letter may be the answer to a
 * question. Tencent's `N` and `0000` are not among them: they may be answers in China as well.
 */
export const chineseStopWords = ['T', 'R', 'QX'] as const;

export const startWords = ['START', 'UNSTOP'] as const;

export function optOutWords(stop: readonly string[], start: readonly string[]): OptOutWords {
  return { stop: new Set(stop.map(wordOf)), start: new Set(start.map(wordOf)) };
}

/**
 * Whether a message is nothing but a word by which a person opts out, `stop`, or in again, `start`. Upper and lower case,
 * width, accents, white space, punctuation, symbols and what cannot be seen make no difference: `“Stop!”`, `opt-out`.
 */
export function optOutOf(text: string, { stop, start }: OptOutWords): 'stop' | 'start' | undefined {
  const word = wordOf(text);
  if (stop.has(word)) return 'stop';
  return start.has(word) ? 'start' : undefined;
}

/** Accents of European scripts; the marks of others are letters' parts. A Turkish phone makes an `İ` of an `i`. */
const accent = /[\u0300-\u036f]/gu;
const besideTheWord = /[^\p{Letter}\p{Mark}\p{Number}]/gu;

/** The letters and digits of a text in one spelling; empty if it has none. */
export function wordOf(text: string): string {
  return plainText(text).normalize('NFKD').toUpperCase().replaceAll(accent, '').replaceAll(besideTheWord, '');
}

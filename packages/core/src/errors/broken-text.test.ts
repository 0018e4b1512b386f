import { expect, it } from 'vitest';
import { brokenText, isBroken } from './shown-name.js';

it.each<[unknown, boolean]>([
  ['half an emoji \ud83d', true],
  ['\ude00 first', true],
  ['😀', false],
  ['', false],
  [undefined, false],
  [42, false],
  [{ isWellFormed: () => false }, false],
])('%# is broken if it is a text with half a character', (text, isSo) => {
  expect(isBroken(text)).toBe(isSo);
});

it('is said with the remedy', () => {
  expect(`text ${brokenText}`).toBe('text holds half a character, such as half an emoji; cut texts between characters');
});

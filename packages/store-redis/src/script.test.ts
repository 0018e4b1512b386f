import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { script } from './script.js';

it('a script is called what Redis calls it: the SHA-1 of its text', () => {
  const { text, sha1 } = script('return held');
  expect(text).toMatch(/\nreturn held$/);
  expect(sha1).toBe(createHash('sha1').update(text).digest('hex'));
});

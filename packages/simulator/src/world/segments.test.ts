import { expect, test } from 'vitest';
import { codeIn, segmentsOf } from './segments.js';

test.each([
  ['', 1, 'GSM-7'],
  ['a'.repeat(160), 1, 'GSM-7'],
  ['a'.repeat(161), 2, 'GSM-7'],
  ['a'.repeat(306), 2, 'GSM-7'],
  ['a'.repeat(307), 3, 'GSM-7'],
  ['€'.repeat(80), 1, 'GSM-7'],
  // 152 places are full after 76 euro signs: the 77th would be cut in two.
  ['€'.repeat(153), 3, 'GSM-7'],
  ['验'.repeat(70), 1, 'UCS-2'],
  ['验'.repeat(71), 2, 'UCS-2'],
  ['😀'.repeat(35), 1, 'UCS-2'],
  // 67 places hold 33 of these, not 33 and a half.
  ['😀'.repeat(67), 3, 'UCS-2'],
  ['`', 1, 'UCS-2'],
])('%# travels in its parts', (text, segments, encoding) => {
  expect(segmentsOf(text)).toEqual({ segments, encoding });
});

test.each([
  ['Your code is 0417.', '0417'],
  ['【Mob】验证码：123456，5分钟内有效。', '123456'],
  ['Call +8613800138000 or 13800138000', undefined],
  ['In 123 days', undefined],
])('%s: the code is %s', (text, code) => {
  expect(codeIn(text)).toBe(code);
});

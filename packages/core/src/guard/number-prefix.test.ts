import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { numberPrefix } from './abuse-guard.js';

describe('the prefix of a number', () => {
  it.each([
    ['+8613800138000', 4, '+861380013****'],
    ['+8613800138000', 2, '+86138001380**'],
    ['+8613800138000', 8, '+86138********'],
    ['+85251234567', 8, '+852********'],
    // Greenland's numbers have six digits.
    ['+299321000', 8, '+299******'],
  ])('of %s without %d digits is %s', (e164, omitted, prefix) => {
    expect(numberPrefix(parsePhoneNumber(e164), omitted)).toBe(prefix);
  });
});

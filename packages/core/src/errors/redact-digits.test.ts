import { describe, expect, it } from 'vitest';
import { redactDigits } from './shown-name.js';

describe('a number in a message', () => {
  it.each([
    ['+8613800138000', '***00'],
    ['to 138 0013 8000!', 'to ***00!'],
    ['(138) 0013-8000', '(***00'],
    ['138\u20110013\u20118000', '***00'],
    ['138/0013/8000', '***00'],
    ['138_0013_8000', '***00'],
    ['138 - 0013 - 8000', '***00'],
    ['138\u200B0013\u200B8000', '***00'],
    ['to=%2B8613800138000', 'to=%2B***00'],
    ['138%200013%2D8000', '***00'],
    ['%31%33%38%30%30%31%33%38%30%30%30', '***30'],
    ['１３８００１３８０００', '***００'],
  ])('is shortened: %j is %j', (text, shown) => {
    expect(redactDigits(text)).toBe(shown);
  });

  it.each(['HTTP 503', '10 a day, 5 an hour', 'from 1 to 1,000,000,000', '127.0.0.1:6379', '+86*******8000', '123456'])(
    'stays if it is none of a phone: %j',
    (text) => {
      expect(redactDigits(text)).toBe(text);
    },
  );
});

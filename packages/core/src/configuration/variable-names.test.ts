import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionName, upperSnake } from './variables.js';

describe('the name of an option', () => {
  it.each([
    ['APP_KEY', 'appKey'],
    ['BASE_URL', 'baseUrl'],
    ['CA', 'ca'],
    ['V2_URL', 'v2Url'],
  ])('is read from %s as %s', (snake, option) => {
    expect(optionName(snake)).toBe(option);
  });

  it.each(['', '_', '_KEY', 'APP__KEY', 'APP_KEY_', 'app_key', 'App', 'V_2', '2V', 'APP-KEY', 'CLÉ'])(
    'is not read from %j, which no option is written as',
    (snake) => {
      expect(optionName(snake)).toBeUndefined();
    },
  );

  it('survives being written as a variable and read again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-zA-Z\d]{0,20}$/), (option) => {
        expect(optionName(upperSnake(option))).toBe(option);
      }),
    );
  });
});

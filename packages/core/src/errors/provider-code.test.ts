import { expect, it } from 'vitest';
import { safeProviderCode } from './shown-name.js';

it.each<[unknown, string | undefined]>([
  ['isv.BUSINESS_LIMIT', 'isv.BUSINESS_LIMIT'],
  [470, '470'],
  [0, '0'],
  [undefined, undefined],
  [null, undefined],
  ['to +8613800138000', 'to ***00'],
  ['E'.repeat(129), 'E'.repeat(128)],
])('the vendor’s code %j is shown as %j', (code, shown) => {
  expect(safeProviderCode(code)).toBe(shown);
});

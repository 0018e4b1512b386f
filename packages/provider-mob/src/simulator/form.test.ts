import { expect, test } from 'vitest';
import { parseForm } from './form.js';

function parsed(...forms: readonly string[]): Record<string, string> {
  return Object.fromEntries(parseForm(...forms));
}

test('pairs may be parted by &amp; as in the handbook, and be empty', () => {
  const expected = { appkey: 'k', phone: '13800138000', zone: '86' };
  expect(parsed('appkey=k&amp;phone=13800138000&amp;zone=86')).toEqual(expected);
  expect(parsed('appkey=k&&phone=13800138000&&&zone=86&')).toEqual(expected);
  expect(parsed('&amp;appkey=k&amp;&amp;phone=13800138000&amp;zone=86&amp;')).toEqual(expected);
});

test('plus signs and escapes are decoded, and what is no escape stays', () => {
  expect(parsed('a=1+2&b=%E4%BD%A0&c=100%&d=%zz&e=%2B86&f=%26amp%3B')).toEqual({
    a: '1 2',
    b: '你',
    c: '100%',
    d: '%zz',
    e: '+86',
    f: '&amp;',
  });
});

test('bytes that are no UTF-8 do not throw', () => {
  expect(parsed('a=%ff%fe')).toEqual({ a: '\uFFFD\uFFFD' });
});

test('the first value counts, also over those of the query', () => {
  expect(parsed('a=1&a=2', 'a=3&b=4')).toEqual({ a: '1', b: '4' });
});

test('a name without a value is empty, a value without a name is skipped', () => {
  expect(parsed('a&=b&c=d=e')).toEqual({ a: '', c: 'd=e' });
});

test('names of the prototype are names like others', () => {
  expect(parseForm('__proto__=1&constructor=2').get('__proto__')).toBe('1');
});

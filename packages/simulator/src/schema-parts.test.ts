import * as v from 'valibot';
import { expect, test } from 'vitest';
import { checked } from './checked.js';
import { recordOf } from './schema-parts.js';

const schema = v.strictObject({
  texts: v.nullish(recordOf(v.string(), v.string('must be a text'), 'must be texts'), {}),
});

test.each([
  ['{"texts":{"__proto__":"x"}}', 'texts: must have no name called __proto__'],
  ['{"texts":{"a":"b","constructor":"x"}}', 'texts: must have no name called __proto__, constructor'],
  ['{"texts":{"prototype":"x"}}', 'texts: must have no name called'],
  ['{"texts":{"a":1}}', 'texts.a: must be a text'],
  ['{"texts":"a"}', 'texts: must be texts'],
  ['{"texts":[1]}', 'texts'],
])('%s is refused in words', (json, words) => {
  expect(() => checked('settings', schema, JSON.parse(json))).toThrow(words);
});

test('every other name is taken, and none is there that was not given', () => {
  expect(checked('settings', schema, { texts: { toString: 'a', ' ': 'b' } })).toEqual({
    texts: { toString: 'a', ' ': 'b' },
  });
  expect(checked('settings', schema, { texts: null })).toEqual({ texts: {} });
});

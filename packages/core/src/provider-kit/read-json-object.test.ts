import { describe, expect, it } from 'vitest';
import { countIn, readJsonObject, textIn } from './read-json-object.js';

describe('readJsonObject()', () => {
  it.each(['{"a":1}', '\uFEFF{"a":1}', ' {"a":1}\r\n'])('reads %j', (text) => {
    expect(readJsonObject(text)).toEqual({ a: 1 });
  });

  it.each(['', 'null', '[]', '[{"a":1}]', '1', '"a"', '{"a":', '<html>', '{"a":1}{"a":2}'])('reads no %j', (text) => {
    expect(readJsonObject(text)).toBeUndefined();
  });
});

it('textIn() and countIn() give what is there in the right form, and nothing of the prototype', () => {
  const object =
    readJsonObject('{"text":"a","empty":"","number":7,"digits":"08","zero":0,"minus":-1,"half":0.5}') ?? {};
  expect(['text', 'empty', 'number', 'toString', 'none'].map((name) => textIn(object, name))).toEqual([
    'a',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(['number', 'digits', 'zero', 'minus', 'half', 'text', 'none'].map((name) => countIn(object, name))).toEqual([
    7,
    8,
    0,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

import { describe, expect, it } from 'vitest';
import { countIn, momentIn, objectsIn, readJsonObject, textIn } from './read-json-object.js';

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

it('objectsIn() gives the objects of a list, and an empty one for each row that is none', () => {
  const object = readJsonObject('{"rows":[{"a":1},7,null,[]],"none":[],"text":"[]","object":{}}') ?? {};
  expect(objectsIn(object, 'rows')).toEqual([{ a: 1 }, {}, {}, {}]);
  expect(objectsIn(object, 'none')).toEqual([]);
  for (const name of ['text', 'object', 'missing', 'toString']) expect(objectsIn(object, name)).toBeUndefined();
});

it('momentIn() reads ISO 8601 and RFC 2822, with their zone alone', () => {
  const at = Date.UTC(2026, 1, 3, 10);
  const object = {
    iso: '2026-02-03T11:00:00+01:00',
    mail: 'Tue, 03 Feb 2026 10:00:00 +0000',
    utc: '2026-02-03T10:00:00.000Z',
    greenwich: 'Tue, 03 Feb 2026 10:00:00 GMT',
    // Which moment that is would depend on the zone of this machine.
    local: '2026-02-03T10:00:00',
    spaced: '2026-02-03 10:00:00',
    mailLocal: 'Tue, 03 Feb 2026 10:00:00',
    day: '2026-02-03',
    word: 'soon',
    number: at,
  };
  const names = [...Object.keys(object), 'missing'];
  expect(names.map((name) => momentIn(object, name))).toEqual([at, at, at, at, ...Array(6).fill(undefined), undefined]);
});

import { expect, test } from 'vitest';
import { BoundedList, BoundedMap } from './bounded.js';

test('a list and a map keep the newest', () => {
  const list = new BoundedList<number>(2_500);
  for (let entry = 1; entry <= 6_000; entry += 1) list.add(entry);
  expect(list.entries.length).toBeLessThanOrEqual(2_500);
  expect(list.entries.length).toBeGreaterThanOrEqual(1_500);
  expect(list.entries.at(-1)).toBe(6_000);
  const map = new BoundedMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
});

test('a list keeps no more than may be carried, and always the newest', () => {
  const list = new BoundedList<string>(10, { max: 100, weigh: (text) => text.length });
  for (let length = 1; length <= 60; length += 1) list.add('x'.repeat(length));
  expect(list.entries.reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(100);
  list.add('x'.repeat(1_000));
  expect(list.entries).toEqual(['x'.repeat(1_000)]);
  list.clear();
  list.add('x');
  expect(list.entries).toEqual(['x']);
});

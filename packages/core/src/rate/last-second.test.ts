import { expect, it } from 'vitest';
import { LastSecond } from './learned-rate.js';

it('counts evenly spread events of the last second', () => {
  const counter = new LastSecond();
  for (let at = 0; at <= 5_000; at += 100) {
    counter.add(at);
    if (at < 1_000) continue;
    expect(counter.count(at)).toBeGreaterThan(9.9);
    expect(counter.count(at)).toBeLessThan(11.1);
  }
});

it('forgets what is older, and all when it is told to', () => {
  const counter = new LastSecond();
  for (let event = 0; event < 10; event += 1) counter.add(100);
  expect(counter.count(600)).toBe(10);
  expect(counter.count(1_600)).toBe(5);
  expect(counter.count(2_100)).toBe(0);
  counter.add(2_100);
  counter.clear();
  expect(counter.count(2_100)).toBe(0);
});

it('counts what comes late', () => {
  const counter = new LastSecond();
  counter.add(1_500);
  counter.add(1_000);
  expect(counter.count(1_500)).toBe(2);
});

it('counts what happens at the end of a second for the next one', () => {
  const counter = new LastSecond();
  for (let event = 0; event < 10; event += 1) counter.add(0);
  counter.add(1_000);
  expect(counter.count(1_500)).toBe(6);
  counter.clear();
  counter.add(0);
  counter.add(2_000);
  expect(counter.count(2_500)).toBe(1);
});

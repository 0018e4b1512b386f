import { expect, test } from 'vitest';
import { ManualClock } from './clock.js';
import { Schedule } from './schedule.js';

test('a clock that is moved runs what falls due on the way, each thing at its own time', () => {
  const clock = new ManualClock(1_000);
  const schedule = new Schedule(clock);
  const ran: [string, number][] = [];
  const note = (name: string) => () => void ran.push([name, clock.now()]);
  schedule.add(30, note('third'));
  schedule.add(10, () => {
    note('first')();
    schedule.add(10, note('second'));
  });
  const cancel = schedule.add(5, note('never'));
  cancel();
  schedule.add(40, note('too late'));
  clock.advance(30);
  expect(ran).toEqual([
    ['first', 1_010],
    ['second', 1_020],
    ['third', 1_030],
  ]);
  schedule.clear();
  clock.advance(1_000);
  expect(ran).toHaveLength(3);
});

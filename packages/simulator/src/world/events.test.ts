import { expect, test } from 'vitest';
import { EventHub } from './events.js';

const settings = (text: string) => ({ vendor: 'tiny', settings: { text } });
const million = 1024 * 1024;

test('events are kept by their weight as well as by their number', () => {
  const events = new EventHub();
  for (let index = 0; index < 100; index += 1) events.publish('settings', settings('x'.repeat(million)));
  const kept = Array.from({ length: 100 }, (_, index) => index).filter((id) => events.after(id) !== undefined);
  expect(kept.length).toBeGreaterThan(4);
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(events.after(99)).toMatchObject([{ id: 100, name: 'settings' }]);
});

test('what is too heavy for watchers is not told; they are told to read everything anew', () => {
  const events = new EventHub();
  const heard: unknown[] = [];
  events.watch((event) => heard.push(event.name, event.data));
  events.publish('settings', settings('x'.repeat(5 * million)));
  expect(heard).toEqual(['reset', {}]);
  expect(events.after(0)).toMatchObject([{ name: 'reset' }]);
});

test('those that watch are counted until they leave', () => {
  const events = new EventHub();
  const leave = events.watch(() => undefined);
  events.watch(() => undefined);
  expect(events.watchers).toBe(2);
  leave();
  leave();
  expect(events.watchers).toBe(1);
});

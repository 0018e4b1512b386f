import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Box } from './box.js';
import type { World } from './dialect.js';
import { tinyDialect } from './tiny-dialect.test.fixture.js';
import { ManualClock } from './world/clock.js';

/** A box without ports, and the world of the one vendor in it. */
function boxWithWorld() {
  const worlds: World[] = [];
  const dialect = {
    ...tinyDialect,
    open: (world: World) => {
      worlds.push(world);
      return tinyDialect.open(world);
    },
  };
  const reports = { mode: 'held', delayMs: 0, reportsTo: null } as const;
  const box = new Box({ clock: new ManualClock(), seed: 1, dialects: [dialect], reports });
  const [world] = worlds as [World];
  return { box, world };
}

test('of more than 100,000 messages the newest are kept, and of everything around them no more', () => {
  const { box, world } = boxWithWorld();
  const count = 101_500;
  for (let index = 1; index <= count; index += 1) {
    const request = { method: 'POST', path: '/messages', body: `${index}`, status: 200, processed: true } as const;
    const requestId = world.recordRequest(request);
    world.phones.deliver({ to: `+4477${String(index).padStart(8, '0')}`, text: `Message ${index}` }, requestId);
  }
  const kept = (entries: readonly unknown[], most: number) => {
    expect(entries.length).toBeLessThanOrEqual(most);
    expect(entries.length).toBeGreaterThanOrEqual(most - 1_000);
  };
  kept(box.messages.entries, 100_000);
  kept(box.reports.entries, 100_000);
  kept(box.requests.entries, 20_000);
  expect(box.messages.entries.at(-1)).toMatchObject({ id: String(count), text: `Message ${count}` });
  expect(box.messages.get('1')).toBeUndefined();
  expect(box.messages.get(String(count))?.message.id).toBe(String(count));
  expect(box.messages.find({ after: String(count - 2) }).map(({ id }) => id)).toEqual(['101499', '101500']);
  // Whoever watches from the start has missed something, so nothing of that is kept for them.
  expect(box.events.after(0)).toBeUndefined();
  expect(box.events.after(box.events.newest - 2_001)).toBeUndefined();
  expect(box.events.after(box.events.newest - 1)).toHaveLength(1);
});

test('long texts and long requests are kept as long as they fit together', () => {
  const { box, world } = boxWithWorld();
  const megabyte = 'xyz '.repeat(256 * 1024);
  const count = 70;
  for (let index = 0; index < count; index += 1) {
    world.recordRequest({ method: 'POST', path: '/messages', body: megabyte, status: 200, processed: true });
    world.phones.deliver({ to: '+447700900123', text: megabyte });
  }
  expect(box.messages.entries.length).toBeGreaterThan(40);
  const characters = box.messages.entries.reduce((sum, { text }) => sum + text.length, 0);
  expect(characters).toBeLessThanOrEqual(64 * 1024 * 1024);
  expect(box.messages.entries.at(-1)?.id).toBe(String(count));
  expect(box.requests.entries).toHaveLength(count);
  expect(Math.max(...box.requests.entries.map(({ body }) => body.length))).toBe(16_384);
});

test('of a long request the start is kept, and not the rest behind it', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const { box, world } = boxWithWorld();
  const used = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let index = 0; index < 100; index += 1) {
    const body = Buffer.alloc(1024 * 1024, 'x').toString();
    world.recordRequest({ method: 'POST', path: '/messages', body, answer: body, status: 200, processed: true });
  }
  expect(used() - before).toBeLessThan(20 * 1024 * 1024);
  expect(box.requests.entries).toHaveLength(100);
});

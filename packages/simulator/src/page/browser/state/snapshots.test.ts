import { expect, it } from 'vitest';
import { Snapshots } from './snapshots.js';

const nothing = () => undefined;
const noPause = () => Promise.resolve();

it('reads again what an event may have made old meanwhile', async () => {
  const snapshots = new Snapshots(nothing, noPause);
  let readings = 0;
  const read = await snapshots.read(async () => {
    readings += 1;
    if (readings < 3) snapshots.note();
    return readings;
  });
  expect(read).toBe(3);
});

it('reads once while nothing comes, and five times in a storm', async () => {
  const snapshots = new Snapshots(nothing, noPause);
  let readings = 0;
  await snapshots.read(async () => {
    readings += 1;
  });
  expect(readings).toBe(1);
  readings = 0;
  await snapshots.read(async () => {
    readings += 1;
    snapshots.note();
  });
  expect(readings).toBe(5);
});

it('has what came before taken first, at each reading', async () => {
  const steps: string[] = [];
  const snapshots = new Snapshots(() => steps.push('settled'), noPause);
  await snapshots.read(async () => {
    if (steps.push('read') < 4) snapshots.note();
  });
  expect(steps).toEqual(['settled', 'read', 'settled', 'read']);
});

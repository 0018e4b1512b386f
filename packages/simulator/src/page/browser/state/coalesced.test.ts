import { expect, it } from 'vitest';
import { coalesced } from './coalesced.js';

it('looks again once for all who asked during a look', async () => {
  const pending: (() => void)[] = [];
  let looks = 0;
  const look = coalesced(() => {
    looks += 1;
    return new Promise<void>((resolve) => pending.push(resolve));
  });
  const all = [look(), look(), look()];
  expect(looks).toBe(1);
  pending.shift()?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(looks).toBe(2);
  pending.shift()?.();
  await Promise.all(all);
  expect(looks).toBe(2);
  void look();
  expect(looks).toBe(3);
});

import type { Limit, LimitStore, Taking } from '@polysms/core/stores';
import type { StoreBench } from './store-bench.js';

export const minuteMs = 60_000;

export const taken: Taking = { taken: true };

export function denied(retryAfterMs: number): Taking {
  return { taken: false, retryAfterMs };
}

/** Takes many at once. */
export async function takeMany(
  { store }: StoreBench<LimitStore>,
  key: string,
  limit: Limit,
  count: number,
): Promise<readonly Taking[]> {
  return Promise.all(Array.from({ length: count }, () => store.take(key, limit)));
}

/** Demands of a window that begins now that it has so many units. */
export async function takesExactly(
  bench: StoreBench<LimitStore>,
  key: string,
  limit: Limit,
  count: number,
): Promise<void> {
  for (let time = 0; time < count; time += 1) {
    bench.demandAnswer(await bench.store.take(key, limit), taken, `number ${time + 1} of ${count}`);
  }
  bench.demandAnswer(await bench.store.take(key, limit), denied(limit.windowMs), `number ${count + 1} of ${count}`);
}

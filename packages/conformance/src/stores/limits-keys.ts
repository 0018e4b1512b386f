import type { Limit, LimitStore, LimitUnit, TakenUnit, TakeResult } from '@polysms/core/stores';
import type { StoreBench } from './store-bench.js';

export const minuteMs = 60_000;

/** An answer without the units, which {@link take} looks at. */
export type Taken = { readonly taken: true } | Extract<TakeResult, { readonly taken: false }>;

export const taken: Taken = { taken: true };

export function denied(retryAfterMs: number, index = 0): Taken {
  return { taken: false, index, retryAfterMs };
}

type Bench = StoreBench<LimitStore>;

/** Takes units, keeps what was taken in `into`, and demands that the answer names them all. */
export async function take(bench: Bench, units: readonly LimitUnit[], into: TakenUnit[] = []): Promise<Taken> {
  const answer = await bench.store.takeAll(units);
  if (!answer.taken) return answer;
  const named = answer.units.map(({ key, limit, id }) => ({ key, limit, id: typeof id }));
  bench.demandAnswer(
    named,
    units.map(({ key, limit }) => ({ key, limit, id: 'string' })),
    'what was taken',
  );
  into.push(...answer.units);
  return taken;
}

export function takeOne(bench: Bench, key: string, limit: Limit, into?: TakenUnit[]): Promise<Taken> {
  return take(bench, [{ key, limit }], into);
}

/** Takes many at once. */
export async function takeMany(
  bench: Bench,
  key: string,
  limit: Limit,
  count: number,
  into?: TakenUnit[],
): Promise<readonly Taken[]> {
  return Promise.all(Array.from({ length: count }, () => takeOne(bench, key, limit, into)));
}

/** Demands of a window that begins now that it has so many units. */
export async function takesExactly(bench: Bench, key: string, limit: Limit, count: number): Promise<void> {
  for (let time = 0; time < count; time += 1) {
    bench.demandAnswer(await takeOne(bench, key, limit), taken, `number ${time + 1} of ${count}`);
  }
  bench.demandAnswer(await takeOne(bench, key, limit), denied(limit.windowMs), `number ${count + 1} of ${count}`);
}

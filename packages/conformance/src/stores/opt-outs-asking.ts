import type { OptOutStore } from '@polysms/core/stores';
import type { StoreBench } from './store-bench.js';

export const dayMs = 24 * 60 * 60 * 1000;

/** When people say something; times of the store's clock have as many digits. */
export const noon = Date.UTC(2026, 0, 1, 12);

/** Demands that a key is opted out, or is not. */
export async function demandOut(
  bench: StoreBench<OptOutStore>,
  key: string,
  isOut: boolean,
  after: string,
): Promise<void> {
  bench.demandAnswer(await bench.store.has([key]), [isOut], `whether a key is opted out, ${after}`);
}

import type { StoreBench } from './store-bench.js';

/** Defines the tests of one part of a port. */
export type StoreSuite<Store> = (plan: StoreSuitePlan<Store>) => void;

/** What a suite defines its tests from. */
export interface StoreSuitePlan<Store> {
  readonly seed: number;
  readonly slackMs: number;
  /**
   * Defines a test with a store of its own.
   *
   * @param rule what the store does: `locks a subject with too many failures`
   */
  test(rule: string, body: (bench: StoreBench<Store>) => Promise<void>): void;
}

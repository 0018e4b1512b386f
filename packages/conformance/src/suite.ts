import type { Bench } from './bench.js';
import type { Differences } from './differences.js';
import type { Operations } from './operations.js';
import type { Capabilities } from './options.js';

/** Defines the tests of one part of the contract. */
export type Suite = (plan: SuitePlan) => void;

/** What a suite defines its tests from. */
export interface SuitePlan {
  readonly capabilities: Capabilities;
  readonly operations: Operations;
  readonly differences: Differences;
  readonly seed: number;
  /** Defines a test with a subject of its own. */
  test(name: string, body: (bench: Bench) => Promise<void>): void;
  /** Runs a part of a test with a subject of its own, for parts that run at once. */
  withSubject<Value>(body: (bench: Bench) => Promise<Value>): Promise<Value>;
}

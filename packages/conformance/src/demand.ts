import { AssertionError } from 'node:assert/strict';

/**
 * Fails the test unless the condition holds. The author of a provider learns the contract from these messages:
 * `problem` says what the provider did, `remedy` what to do about it.
 */
export function demand(condition: boolean, problem: string, remedy: string): asserts condition {
  if (!condition) reject(problem, remedy);
}

export function demandEqual(actual: unknown, expected: unknown, problem: string, remedy: string): void {
  if (Object.is(actual, expected)) return;
  throw new AssertionError({ message: sentence(problem, remedy), actual, expected, operator: 'strictEqual' });
}

export function reject(problem: string, remedy: string): never {
  throw new AssertionError({ message: sentence(problem, remedy) });
}

function sentence(problem: string, remedy: string): string {
  return `${problem}.\nRemedy: ${remedy}.`;
}

import { expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.js';

it('when everything fails, further attempts stay within the ratio and the burst', () => {
  const budget = new RetryBudget({ ratio: 0.1, burst: 50 });
  let further = 0;
  for (let call = 0; call < 10_000; call += 1) {
    budget.deposit();
    for (let attempt = 1; attempt < 3 && budget.withdraw(); attempt += 1) further += 1;
  }
  expect(further).toBeLessThanOrEqual(10_000 * 0.1 + 50);
  expect(further).toBeGreaterThan(10_000 * 0.1);
});

it('a quiet time saves up no more than the burst', () => {
  const budget = new RetryBudget({ ratio: 1, burst: 3 });
  for (let call = 0; call < 100; call += 1) budget.deposit();
  expect([1, 2, 3, 4].map(() => budget.withdraw())).toEqual([true, true, true, false]);
});

it('a burst of 0 with a ratio of 0 allows none', () => {
  const budget = new RetryBudget({ ratio: 0, burst: 0 });
  budget.deposit();
  expect(budget.withdraw()).toBe(false);
});

it('what succeeds is given back, up to the burst', () => {
  const budget = new RetryBudget({ ratio: 0, burst: 1 });
  for (let call = 0; call < 10; call += 1) {
    expect(budget.withdraw()).toBe(true);
    budget.refund();
    budget.refund();
  }
  expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
});

it('a burst of 0 still allows what the ratio saves up', () => {
  const budget = new RetryBudget({ ratio: 0.5, burst: 0 });
  const allowed = Array.from({ length: 6 }, () => {
    budget.deposit();
    return budget.withdraw();
  });
  expect(allowed).toEqual([false, true, false, true, false, true]);
});

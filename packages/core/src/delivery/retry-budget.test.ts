import { expect, it } from 'vitest';
import { RetryBudget } from './further-attempts.js';

it('when everything fails, further attempts stay within the ratio and the burst', () => {
  const budget = new RetryBudget({ ratio: 0.1, burst: 50 });
  let further = 0;
  for (let call = 0; call < 10_000; call += 1) {
    budget.deposit();
    for (let attempt = 1; attempt < 3 && budget.allowsAttempt; attempt += 1) {
      budget.charge();
      further += 1;
    }
  }
  expect(further).toBeLessThanOrEqual(10_000 * 0.1 + 50);
  expect(further).toBeGreaterThan(10_000 * 0.1);
});

it('what attempts that overlap take too much is paid back before the next', () => {
  const budget = new RetryBudget({ ratio: 1, burst: 2 });
  for (let attempt = 0; attempt < 5; attempt += 1) budget.charge();
  const allowed = Array.from({ length: 5 }, () => {
    budget.deposit();
    return budget.allowsAttempt;
  });
  expect(allowed).toEqual([false, false, false, true, true]);
});

it('a quiet time saves up no more than the burst', () => {
  const budget = new RetryBudget({ ratio: 1, burst: 3 });
  for (let call = 0; call < 100; call += 1) budget.deposit();
  const allowed = [1, 2, 3, 4].map(() => {
    const isAllowed = budget.allowsAttempt;
    budget.charge();
    return isAllowed;
  });
  expect(allowed).toEqual([true, true, true, false]);
});

it('a burst of 0 with a ratio of 0 allows none', () => {
  const budget = new RetryBudget({ ratio: 0, burst: 0 });
  budget.deposit();
  expect(budget.allowsAttempt).toBe(false);
});

it('a burst of 0 still allows what the ratio saves up', () => {
  const budget = new RetryBudget({ ratio: 0.5, burst: 0 });
  const allowed = Array.from({ length: 6 }, () => {
    budget.deposit();
    const isAllowed = budget.allowsAttempt;
    if (isAllowed) budget.charge();
    return isAllowed;
  });
  expect(allowed).toEqual([false, true, false, true, false, true]);
});

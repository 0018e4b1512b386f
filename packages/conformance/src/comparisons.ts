import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

interface Count {
  comparisons: number;
}

/** Who watches: each body counts its own comparisons, however many run at once. */
const counts = new AsyncLocalStorage<Count>();
let watching = 0;
let putBack = () => {};

/**
 * Runs `body`, and counts what it does to compare signatures in a time that tells nothing: `timingSafeEqual`, and the
 * verification by a public key. Nobody can see a comparison with `===`, but whoever makes one makes none of these.
 */
export async function countComparisons<Value>(
  body: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly comparisons: number }> {
  const count: Count = { comparisons: 0 };
  if (watching === 0) putBack = watchCrypto();
  watching += 1;
  try {
    const value = await counts.run(count, body);
    return { value, comparisons: count.comparisons };
  } finally {
    watching -= 1;
    if (watching === 0) putBack();
  }
}

function watchCrypto(): () => void {
  const restore = [
    tap(crypto, 'timingSafeEqual'),
    tap(crypto, 'verify'),
    tap(crypto.Verify.prototype, 'verify'),
    tap(Object.getPrototypeOf(crypto.webcrypto.subtle), 'verify'),
  ];
  // Named imports of node:crypto follow.
  syncBuiltinESMExports();
  return () => {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  };
}

function tap(target: object, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const method: unknown = Reflect.get(target, name);
  if (own === undefined || typeof method !== 'function') return () => {};
  const value = function (this: unknown, ...args: readonly unknown[]): unknown {
    const count = counts.getStore();
    if (count !== undefined) count.comparisons += 1;
    return Reflect.apply(method, this, args);
  };
  Object.defineProperty(target, name, { ...own, value });
  return () => void Object.defineProperty(target, name, own);
}

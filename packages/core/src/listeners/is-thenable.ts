/**
 * Whether a value is a promise of any kind: also one of another realm (`node:vm`, Jest) and a thenable of a library,
 * which `instanceof Promise` misses. Reading `then` may throw; then it is none.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  try {
    return 'then' in value && typeof value.then === 'function';
  } catch {
    return false;
  }
}

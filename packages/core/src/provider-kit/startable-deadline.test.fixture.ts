import type { Deadline } from '../contract/deadline.js';
import { deadlineAfter } from './deadline.js';

/** A deadline whose time begins to run when the test says so, however slow the machine is until then. */
export function startable(): Deadline & { start(ms: number): void } {
  let inner: Deadline | undefined;
  const waiting = new Set<Parameters<Deadline['onEnd']>[0]>();
  return {
    start(ms) {
      const started = deadlineAfter(ms);
      inner = started;
      for (const listener of waiting) started.onEnd((reason) => waiting.has(listener) && listener(reason));
    },
    remainingMs: () => inner?.remainingMs() ?? 60_000,
    get ended() {
      return inner?.ended;
    },
    onEnd(listener) {
      if (inner !== undefined) return inner.onEnd(listener);
      waiting.add(listener);
      return () => void waiting.delete(listener);
    },
  };
}

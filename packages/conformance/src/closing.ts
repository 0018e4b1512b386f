import type { Bench } from './bench.js';
import { reject } from './demand.js';
import { inTime, patienceMs } from './settle.js';

/** Closes the provider, and demands that it is closed in time. */
export async function closeProvider(bench: Bench, withinMs = patienceMs): Promise<void> {
  const end = await inTime(() => bench.subject.provider.close(), withinMs);
  switch (end.status) {
    case 'fulfilled':
      return;
    case 'late':
      return reject(
        `close() had not settled after ${withinMs} ms`,
        'wait only for calls in flight, which end by their deadlines, and destroy connections instead of waiting for them',
      );
    case 'rejected':
      return reject(
        `close() rejected with ${String(end.error)}`,
        'close() never fails; keep the promise of the first call and return it again',
      );
  }
}

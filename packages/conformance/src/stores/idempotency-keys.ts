import type { IdempotencyStore, StoredAccepted, StoredUnknown } from '@polysms/core/stores';
import type { StoreBench } from './store-bench.js';

export const dayMs = 24 * 60 * 60 * 1000;

export function accepted(reference = 'r1'): StoredAccepted {
  const attempts = [
    { provider: 'first', outcome: 'refused', code: 'rate_limited', durationMs: 7 },
    { provider: 'mob', outcome: 'accepted', durationMs: 12.5 },
  ] as const;
  return { version: 1, outcome: 'accepted', receipt: { id: 'm', provider: 'mob', reference, attempts } };
}

export const unknown: StoredUnknown = {
  version: 1,
  outcome: 'unknown',
  error: {
    name: 'SmsError',
    code: 'timeout',
    message: 'No answer: "短信" 📦 {braces} \\ \u2028 end.',
    outcome: 'unknown',
    attempts: [],
  },
};

/** Reserves a free key, and returns the token. */
export async function reservedKey(
  bench: StoreBench<IdempotencyStore>,
  key: string,
  ttlMs = dayMs,
  fingerprint = 'f',
): Promise<string> {
  const reservation = await bench.store.reserve(key, fingerprint, ttlMs);
  if (reservation.state !== 'reserved')
    bench.fail('The answer to a reservation of a free key', reservation.state, 'reserved');
  return reservation.token;
}

/** Reserves a free key, and finishes it as accepted. */
export async function finishedKey(
  bench: StoreBench<IdempotencyStore>,
  key: string,
  reservedMs: number,
  finishedMs: number,
): Promise<void> {
  await bench.store.finish(key, await reservedKey(bench, key, reservedMs), accepted(), finishedMs);
}

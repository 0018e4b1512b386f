import { randomInt } from 'node:crypto';
import type { KeyClaim, MessageRecord, MessageStore, ReportEntry } from '@polysms/core/stores';
import type { StoreBench } from './store-bench.js';

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

/** The time of the callers in these tests. That of the stores is another, and moves by itself. */
export const startedAt = Date.UTC(2026, 0, 1);

/** The first record of a message; its id is short in the tests, such as `a`. */
export function recordOf(
  bench: StoreBench<MessageStore>,
  name: string,
  changes: Partial<MessageRecord> = {},
): MessageRecord {
  return {
    version: 1,
    id: `${bench.prefix}${name}`,
    revision: 1,
    kind: 'message',
    to: '+8613800138000',
    createdAt: startedAt,
    settlesBy: startedAt + 10_000,
    providers: ['first', 'mob'],
    attempts: [],
    ...changes,
  };
}

/** Two attempts, with all that a record can hold, and with what is easily lost on its way. */
export const attempts: MessageRecord['attempts'] = [
  {
    provider: 'first',
    attempt: { provider: 'first', outcome: 'refused', code: 'rate_limited', durationMs: 7 },
    history: [],
  },
  {
    provider: 'mob',
    attempt: { provider: 'mob', outcome: 'accepted', durationMs: 12.000_000_000_001 },
    accepted: { reference: '"短信" 📦 {braces} \\ \u2028 end.\u0000', references: [], segments: 1e21 },
    history: [
      { state: 'sent', at: startedAt + 0.5, providerCode: '', price: { amount: '0.0100', currency: 'EUR' } },
      { state: 'queued', reference: '__proto__' },
    ],
    lookups: { asked: 1, last: 'failed', at: startedAt },
  },
];

/** The record that follows: how the call ended. */
export function settled(record: MessageRecord, changes: Partial<MessageRecord> = {}): MessageRecord {
  return { ...record, revision: record.revision + 1, settled: { outcome: 'accepted' }, attempts, ...changes };
}

export function claimOf(bench: StoreBench<MessageStore>, changes: Partial<KeyClaim> = {}): KeyClaim {
  return { key: `${bench.prefix}k`, fingerprint: 'f', ttlMs: dayMs, ...changes };
}

/** Adds a record, which must be possible. */
export async function add(
  bench: StoreBench<MessageStore>,
  record: MessageRecord,
  claim?: KeyClaim,
  keepMs = dayMs,
): Promise<MessageRecord> {
  bench.demandAnswer(await bench.store.add(record, keepMs, claim), { state: 'added' }, `adding ${record.id}`);
  return record;
}

/** Demands what is there of a message. */
export async function demandRecord(
  bench: StoreBench<MessageStore>,
  id: string,
  expected: MessageRecord | undefined,
  when: string,
): Promise<void> {
  const wire = expected && JSON.parse(JSON.stringify(expected));
  bench.demandAnswer(await bench.store.read(id), wire, `reading a record ${when}`);
}

/** A phone that no other test has. */
export function newPhone(): string {
  return `+86139${String(randomInt(100_000_000)).padStart(8, '0')}`;
}

export function reportOf(providerCode: string): ReportEntry {
  return { state: 'delivered', providerCode, at: startedAt };
}

/** Takes what other tests have left due out of the way, on a server that they share. */
export async function claimAllOfOthers(bench: StoreBench<MessageStore>): Promise<void> {
  const inAYear = startedAt + 365 * dayMs;
  while ((await bench.store.claimDue(inAYear, 1000, 1000 * dayMs)).length > 0);
}

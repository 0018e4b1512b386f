import type { Statements } from './statements.js';

/** The tables, and which of their rows are as good as gone. */
const tables = {
  messages: 'expires_at',
  message_keys: 'expires_at',
  message_references: 'expires_at',
  said: 'expires_at',
  subjects: 'expires_at',
  limit_windows: 'ends_at',
  limit_refunds: 'ends_at',
  opt_outs: 'expires_at',
} as const;

const deletions = Object.entries(tables).map(
  ([table, endsAt]) => `
delete from polysms.${table} where ctid = any(array(
  select ctid from polysms.${table} where ${endsAt} <= (select polysms.now_ms($1))
  order by ${endsAt} limit $2 for update skip locked
))
returning 1`,
);

/** Failures outlive challenges, and know no phone number. */
const forgetChallenges = `
update polysms.subjects set challenges = '[]', challenges_end_at = 0 where ctid = any(array(
  select ctid from polysms.subjects
  where challenges_end_at > 0 and challenges_end_at <= (select polysms.now_ms($1))
  order by challenges_end_at limit $2 for update skip locked
))
returning 1`;

const all = [...deletions, forgetChallenges];

/** Deletes what has expired, so many rows at a time, until nothing is left. Answers how many rows there were. */
export async function purgeAll(statements: Statements, batchSize: number, signal?: AbortSignal): Promise<number> {
  let purged = 0;
  for (const sql of all) {
    for (let last = batchSize; last >= batchSize && signal?.aborted !== true; ) {
      const call = { sql, values: [statements.now, batchSize], store: 'purge', ifLost: 'unknown' } as const;
      last = (await statements.run(call)).length;
      purged += last;
    }
  }
  return purged;
}

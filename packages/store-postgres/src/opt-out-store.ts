import { keyPart, type OptOutStore } from '@polysms/core/stores';
import type { Row, Statements } from './statements.js';

/** The latest word counts; of one time, the opt-out. */
const sayStop = `
insert into polysms.opt_outs as o (key, is_out, said_at) values ($1, true, $2)
on conflict (key) do update set is_out = true, said_at = excluded.said_at, expires_at = null
where o.said_at < excluded.said_at or (o.said_at = excluded.said_at and not o.is_out)`;

/**
 * A word that takes back is kept for 30 days, far longer than any vendor repeats a message. One whose time has come is
 * as good as gone, but no harm: its key is not opted out.
 */
const sayStart = `
insert into polysms.opt_outs as o (key, is_out, said_at, expires_at)
values ($1, false, $2, polysms.now_ms($3) + 2592000000)
on conflict (key) do update set is_out = false, said_at = excluded.said_at, expires_at = excluded.expires_at
where o.said_at < excluded.said_at`;

const areOut = 'select key from polysms.opt_outs where key = any($1) and is_out';

/** Opt-outs in PostgreSQL, one row each, which never expires. */
export class PostgresOptOutStore implements OptOutStore {
  readonly isShared = true;
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  async add(key: string, at: number): Promise<void> {
    await this.#run(sayStop, [keyPart(key), at]);
  }

  async remove(key: string, at: number): Promise<void> {
    await this.#run(sayStart, [keyPart(key), at, this.#statements.now]);
  }

  async has(keys: readonly string[]): Promise<readonly boolean[]> {
    if (keys.length === 0) return [];
    const names = keys.map(keyPart);
    const out = new Set((await this.#run(areOut, [names])).map(([key]) => key));
    return names.map((name) => out.has(name));
  }

  #run(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#statements.run({ sql, values, store: 'opt-out store', ifLost: 'not-sent' });
  }
}

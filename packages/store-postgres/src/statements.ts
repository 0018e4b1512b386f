import { createHash } from 'node:crypto';
import type { FailureOutcome } from '@polysms/core/stores';
import type { PostgresAnswer, PostgresClient, PostgresStatement } from './postgres-client.js';
import { postgresFailure, stateOf } from './postgres-failure.js';

/** What is to be run, and what its failure means. */
export interface StatementCall {
  /** With `polysms.` for the schema. The same text each time: what differs are the values. */
  readonly sql: string;
  readonly values: readonly unknown[];
  /** The store's name in messages: `verification store`. */
  readonly store: string;
  /** What is true of the message if nobody knows whether the statement took effect. */
  readonly ifLost: FailureOutcome;
  /** What is true of it if the statement changed nothing. Default: `not-sent`. */
  readonly ifRefused?: FailureOutcome | undefined;
}

/** A row of the answer: each column as text. */
export type Row = readonly (string | null)[];

/** What {@link Statements} is made from. */
export interface StatementsOptions {
  readonly client: PostgresClient;
  readonly schema: string;
  readonly prepare: boolean;
  readonly now: (() => number) | undefined;
}

const asText = { getTypeParser: () => (text: string) => text };
/** A statement that had to give way to others has changed nothing, and is run again. */
const triesAtMost = 20;

/** Runs statements on the app's client, each in a transaction of its own. */
export class Statements {
  readonly #client: PostgresClient;
  readonly #schema: string;
  readonly #prepare: boolean;
  readonly #now: (() => number) | undefined;
  readonly #prepared = new Map<string, Pick<PostgresStatement, 'text' | 'name'>>();

  constructor({ client, schema, prepare, now }: StatementsOptions) {
    this.#client = isPool(client) ? client : oneAfterTheOther(client);
    this.#schema = schema;
    this.#prepare = prepare;
    this.#now = now;
  }

  /** The first value of every statement that needs the time: that of a test, or null for that of the server. */
  get now(): number | null {
    return this.#now === undefined ? null : Math.floor(this.#now());
  }

  /**
   * The rows of the answer.
   *
   * @throws SmsError `store_unavailable`
   */
  async run({ sql, values, store, ifLost, ifRefused }: StatementCall): Promise<readonly Row[]> {
    const statement = { ...this.#statementOf(sql), values: [...values], rowMode: 'array' as const, types: asText };
    for (let triesLeft = triesAtMost; ; ) {
      try {
        return (await this.#client.query(statement)).rows as readonly Row[];
      } catch (error) {
        triesLeft -= 1;
        const state = stateOf(error);
        const gaveWay = state === '40001' || state === '40P01';
        if (!gaveWay || triesLeft === 0) throw postgresFailure(error, store, ifLost, ifRefused);
      }
    }
  }

  #statementOf(sql: string): Pick<PostgresStatement, 'text' | 'name'> {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const text = inSchema(sql, this.#schema);
    const name = `polysms_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    const statement = this.#prepare ? { text, name } : { text };
    this.#prepared.set(sql, statement);
    return statement;
  }
}

/** SQL for another schema than `polysms`. */
export function inSchema(sql: string, schema: string): string {
  return sql.replaceAll(/\bpolysms\b/g, schema);
}

function isPool(client: PostgresClient): boolean {
  return 'totalCount' in client;
}

/** A connection does one thing at a time, and `pg` wants whoever uses it to wait. */
function oneAfterTheOther(client: PostgresClient): PostgresClient {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: (statement) => {
      const answer: Promise<PostgresAnswer> = last.then(() => client.query(statement));
      last = answer.catch(() => {});
      return answer;
    },
  };
}

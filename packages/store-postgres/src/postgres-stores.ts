import type { LimitStore, MessageStore, OptOutStore, VerificationStore } from '@polysms/core/stores';
import { checkedSchema, invalid } from './configuration.js';
import { PostgresLimitStore } from './limit-store.js';
import { PostgresMessageStore } from './message-store.js';
import { PostgresOptOutStore } from './opt-out-store.js';
import type { PostgresClient } from './postgres-client.js';
import { Statements } from './statements.js';
import { PostgresVerificationStore } from './verification-store.js';

/** Options of {@link postgresStores}. */
export interface PostgresStoresOptions {
  /**
   * A `Pool` or connected `Client` of `pg` 8, made, watched and closed by the app. A client must not be in a transaction
   * of the app: what the stores write would go with it.
   */
  readonly client: PostgresClient;
  /** Where the tables are: the same as for `migrate()`. Lower-case letters, digits, `_`. Default `polysms`. */
  readonly schema?: string | undefined;
  /**
   * Whether each connection keeps the statements prepared, which is quicker. Default true. False behind a pooler that
   * shares connections and does not know prepared statements.
   */
  readonly prepare?: boolean | undefined;
  /** For tests: the time in milliseconds, instead of the server's. */
  readonly now?: (() => number) | undefined;
}

/** Everything that Polysms remembers, shared by all processes that use the same database and schema. */
export interface PostgresStores {
  readonly verification: VerificationStore;
  readonly limits: LimitStore;
  readonly messages: MessageStore;
  readonly optOuts: OptOutStore;
}

/**
 * Keeps verifications, limits, messages with their idempotency keys, and opt-outs in PostgreSQL 13 or later.
 *
 * Each operation is one statement. A method whose statement fails rejects with SmsError `store_unavailable`. The tables
 * are made by `migrate()`, or by hand.
 *
 * @throws SmsError `configuration_invalid` if an option cannot work
 */
export function postgresStores(options: PostgresStoresOptions): PostgresStores {
  const statements = new Statements(checked(options));
  return {
    verification: new PostgresVerificationStore(statements),
    limits: new PostgresLimitStore(statements),
    messages: new PostgresMessageStore(statements),
    optOuts: new PostgresOptOutStore(statements),
  };
}

function checked(options: PostgresStoresOptions) {
  if (typeof options !== 'object' || options === null) throw wrong('expects an object with a client.');
  const { client, schema = 'polysms', prepare = true, now } = options;
  if (typeof client?.query !== 'function') {
    throw wrong('client: must be a Pool or Client of pg; make one with `new Pool({ connectionString })`.');
  }
  if (typeof prepare !== 'boolean') throw wrong('prepare: must be true or false; leave it out to prepare statements.');
  if (now !== undefined && typeof now !== 'function') {
    throw wrong('now: must be a function that returns milliseconds; leave it out to use the clock of PostgreSQL.');
  }
  return { client, schema: checkedSchema('postgresStores', schema), prepare, now };
}

function wrong(problem: string) {
  return invalid('postgresStores', problem);
}

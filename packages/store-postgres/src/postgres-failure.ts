import { type FailureOutcome, SmsError } from '@polysms/core/stores';

interface Verdict {
  /** What is wrong, and the remedy. No digits: they would be masked. */
  readonly words: string;
  /** Whether the statement has certainly changed nothing. */
  readonly refused: boolean;
}

/** Marks the error for a record that a newer version of this package wrote. */
export const newerVersion = 'POLYSMSVERSION';

const refusal = (words: string): Verdict => ({ words, refused: true });

const lost = (words: string): Verdict => ({ words, refused: false });

const notMigrated = refusal(
  'The tables or functions of Polysms are not there. Run migrate() of @polysms/store-postgres, with the same schema.',
);
const credentials = refusal('PostgreSQL does not accept the credentials. Check the user, password and pg_hba.conf.');
const lostConnection = lost(
  'The connection to PostgreSQL was lost. Check that it runs and that the client reaches it.',
);
const timeouts = 'Look for what holds it up in pg_stat_activity, and at the timeouts of the server and the user.';

/** By the code that PostgreSQL gives, or the first two characters of it. */
const byState: Readonly<Record<string, Verdict>> = {
  [newerVersion]: refusal(
    'A newer version of @polysms/store-postgres wrote what is stored there, and nothing was changed. Upgrade it in every process.',
  ),
  '42P01': notMigrated,
  '42883': notMigrated,
  '3F000': notMigrated,
  '25006': refusal(
    'PostgreSQL is read-only: a standby, or default_transaction_read_only is on. Connect to the primary; after a failover the client must reconnect.',
  ),
  '53100': refusal('The disk of PostgreSQL is full, and it refuses to write. Make room; purge() of the stores helps.'),
  '53200': refusal('PostgreSQL has no memory left. Look at its log.'),
  '53300': refusal(
    'PostgreSQL takes no further connection. Lower max of the pools, raise max_connections, or put a pooler in between.',
  ),
  '57014': refusal(`PostgreSQL canceled the statement, as statement_timeout does. ${timeouts}`),
  '55P03': refusal(`PostgreSQL waited too long for a lock, as lock_timeout says. ${timeouts}`),
  '57P03': refusal('PostgreSQL is still starting, or shutting down. Try again in a moment.'),
  '57P': lost('PostgreSQL was shut down, or an administrator ended the connection. The client must reconnect.'),
  '28': credentials,
  '3D000': refusal('The database does not exist. Check the name in the configuration of the client.'),
  '42501': refusal(
    'The PostgreSQL user lacks a permission. It needs USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on its tables.',
  ),
  '26000': refusal(
    'PostgreSQL does not know a prepared statement, as behind a pooler that shares connections. Set prepare: false.',
  ),
  '42P05': refusal(
    'PostgreSQL knows a prepared statement already, as behind a pooler that shares connections. Set prepare: false.',
  ),
  '40003': lostConnection,
  '40': refusal('PostgreSQL could not do it at the same time as others, several times. Try again.'),
  '25P02': refusal('The client is in a transaction that has failed. Give the stores a Pool, or a Client of their own.'),
  '08': lostConnection,
};

/** What `pg` and Node say, which have no such code. The first that fits. */
const byMessage: readonly (readonly [RegExp, Verdict])[] = [
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/,
    refusal('PostgreSQL could not be reached. Check the host and port of the client, and that the server runs.'),
  ],
  [
    /timeout exceeded when trying to connect/,
    refusal(
      'No connection was free within connectionTimeoutMillis of the pool. Raise its max, or look for slow queries.',
    ),
  ],
  [
    /after calling end on the pool|is not queryable|was closed/,
    refusal(
      'The client or pool was closed, or has lost its connection. Give the stores one that is open, best a Pool.',
    ),
  ],
  [/Query read timeout/, lost('PostgreSQL did not answer within the query_timeout of the client.')],
  [/Connection terminated|ECONNRESET|EPIPE|ETIMEDOUT/, lostConnection],
];

const otherRefusal = refusal('PostgreSQL refused the statement. It must be version thirteen or later. See its log.');

const other = lost('The PostgreSQL client failed in an unexpected way. Listen to its error event.');

/** The code that PostgreSQL gave; undefined if the error is not its own. */
export function stateOf(error: unknown): string | undefined {
  const { code } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : {};
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * The error for a statement that failed. Nothing of the client's error is kept: it carries values, among them phone
 * numbers.
 *
 * @param ifLost what is true of the message if nobody knows whether the statement took effect
 * @param ifRefused what is true of it if the statement certainly changed nothing
 */
export function postgresFailure(
  error: unknown,
  store: string,
  ifLost: FailureOutcome,
  ifRefused: FailureOutcome = 'not-sent',
): SmsError {
  const { words, refused } = verdictOn(error);
  return new SmsError({
    code: 'store_unavailable',
    outcome: refused ? ifRefused : ifLost,
    message: `The ${store} failed. ${words}`,
  });
}

function verdictOn(error: unknown): Verdict {
  const state = stateOf(error);
  // EPIPE has five letters as well.
  if (state !== undefined && /\d/.test(state)) {
    return byState[state] ?? byState[state.slice(0, 3)] ?? byState[state.slice(0, 2)] ?? otherRefusal;
  }
  const { message, code } =
    error instanceof Error ? (error as Error & { readonly code?: unknown }) : { message: '', code: '' };
  if (message === newerVersion) return byState[newerVersion] ?? other;
  const signs = `${message} ${typeof code === 'string' ? code : ''}`;
  return byMessage.find(([sign]) => sign.test(signs))?.[1] ?? other;
}

import { isSmsError } from '@polysms/core/stores';

const quietMs = 60_000;
/** A state of PostgreSQL such as `42501`, or what Node calls a failure, such as `ECONNREFUSED`. */
const codes = /^[A-Z0-9_]{1,40}$/;
/** What PostgreSQL answers a user without the right to do something. */
const noRight = '42501';

/** The engine's tables are hidden from the user of the pool: no statement fails, and nothing is there to be sent. */
export const hiddenTables = Symbol('the tables are hidden');

/** Tells of the troubles of one worker. */
export type TellTrouble = (error: unknown) => void;

/**
 * Warns of what PostgreSQL answers the engine, of each kind at most once a minute. PostgreSQL may repeat what a row holds,
 * phone and text among it: only its code is passed on.
 *
 * @param now in the place of a clock that never goes back, for tests
 */
export function troubleTeller(now: () => number = () => performance.now()): TellTrouble {
  const quietUntil = new Map<string, number>();
  return (error) => {
    const what = described(error);
    if (now() < (quietUntil.get(what) ?? Number.NEGATIVE_INFINITY)) return;
    quietUntil.set(what, now() + quietMs);
    process.emitWarning(`A worker of the outbox has trouble with PostgreSQL${what}`, 'PolysmsWarning');
  };
}

function described(error: unknown): string {
  if (error === hiddenTables) {
    // PostgreSQL keeps what it planned for a connection while the rows were hidden, also when the rights are back.
    return ` (${noRight}: row security hides the tables from the user of its pool). Make this user a member of their owner, then start the worker again, and whoever else has connections.`;
  }
  if (isSmsError(error)) return `. ${error.message}`;
  const code = codeOf(error);
  const hint = code === noRight ? ': the user of its pool has no right to the tables' : '';
  return `${code === undefined ? '' : ` (${code}${hint})`}. It goes on by itself when that is over.`;
}

/** The engine prints some errors to the console, whatever its log is: takes what a row holds out of them. */
export function withoutRow(error: unknown): void {
  // What comes from the server itself, and not from the way to it, has a severity.
  if (!(error instanceof Error) || !('severity' in error)) return;
  const code = codeOf(error);
  for (const name of Object.keys(error)) Reflect.deleteProperty(error, name);
  const message = `PostgreSQL answered ${code ?? 'with an error'}`;
  Object.assign(error, { code, message });
  Object.defineProperty(error, 'stack', { value: `${error.name}: ${message}`, configurable: true, writable: true });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && codes.test(error.code) ? error.code : undefined;
}

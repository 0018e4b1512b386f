const quietMs = 60_000;
/** A state of PostgreSQL such as `42501`, or what Node calls a failure, such as `ECONNREFUSED`. */
const codes = /^[A-Z0-9_]{1,40}$/;
const noRight = '42501';

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
    const code = codeOf(error);
    const hint = code === noRight ? ': the user of its pool has no right to the tables' : '';
    const what = code === undefined ? 'trouble with PostgreSQL' : `trouble with PostgreSQL (${code}${hint})`;
    if (now() < (quietUntil.get(what) ?? Number.NEGATIVE_INFINITY)) return;
    quietUntil.set(what, now() + quietMs);
    process.emitWarning(
      `A worker of the outbox has ${what}. It goes on by itself when that is over.`,
      'PolysmsWarning',
    );
  };
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && codes.test(error.code) ? error.code : undefined;
}

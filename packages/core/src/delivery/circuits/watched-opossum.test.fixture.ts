/** Only `circuit-breaker.ts` imports opossum; this is its type. */
export type OpossumClass = typeof import('opossum');

/** What opossum was made with, and what it tells: tests look at it from inside, users never can. */
export interface WatchedOpossum {
  readonly breaker: InstanceType<OpossumClass>;
  readonly options: object;
  readonly events: unknown[][];
}

const watched: WatchedOpossum[] = [];

/** The opossum that was made last. */
export function lastOpossum(): WatchedOpossum {
  const last = watched.at(-1);
  if (last === undefined) throw new Error('opossum was not used');
  return last;
}

/** For `vi.mock`: opossum itself, but every instance can be found with {@link lastOpossum}. */
export function watchOpossum(Original: OpossumClass): { default: OpossumClass } {
  class Watched extends Original {
    readonly #events: unknown[][] = [];

    constructor(action: () => Promise<unknown>, options: import('opossum').Options = {}) {
      const given = { ...options };
      super(action, options);
      watched.push({ breaker: this, options: given, events: this.#events });
    }

    override emit(name: string, ...args: unknown[]): boolean {
      // opossum emits while its own constructor runs, before this class has its field.
      if (#events in this) this.#events.push([name, ...args]);
      return super.emit(name, ...args);
    }
  }
  return { default: Watched as unknown as OpossumClass };
}

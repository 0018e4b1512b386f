const quietMs = 60_000;

/** A warning of this process, at most once a minute: a store that is down fails many calls a second. */
export class SeldomWarning {
  readonly #text: string;
  readonly #now: () => number;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(text: string, now: () => number) {
    this.#text = text;
    this.#now = now;
  }

  /** @param kind what was thrown, see `errorKind` */
  warn(kind: string): void {
    const now = this.#now();
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + quietMs;
    process.emitWarning(`${this.#text} (${kind})`, 'PolysmsWarning');
  }
}

import { smsErrorCodes } from './error-codes.js';
import { errorKind, errorPlace } from './foreign-error.js';
import { isSmsError } from './sms-error.js';

const quietMs = 60_000;

/**
 * A warning of this process, at most once a minute, however often its cause comes: a store that is down fails many
 * calls a second. It tells the kind of what was thrown and the place that made it, never what it says; and how many
 * were left out since the last.
 */
export class SeldomWarning {
  readonly #text: string;
  readonly #now: () => number;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  /**
   * @param text one line, without a full stop
   * @param now the time in milliseconds, from any beginning, never going back; the monotonic clock if left out
   */
  constructor(text: string, now: () => number = () => performance.now()) {
    this.#text = text;
    this.#now = now;
  }

  /**
   * @param error what was thrown, whatever it is
   * @param kind in the place of its code or class; words of ours only
   */
  warn(error: unknown, kind?: string): void {
    const now = this.#now();
    if (now < this.#quietUntil) {
      this.#leftOut += 1;
      return;
    }
    this.#quietUntil = now + quietMs;
    const place = errorPlace(error);
    const what = `${kind ?? kindOf(error)}${place === undefined ? '' : ` at ${place}`}`;
    const others = this.#leftOut === 0 ? '' : `; ${this.#leftOut} more since the last warning`;
    this.#leftOut = 0;
    process.emitWarning(`${this.#text} (${what}${others})`, 'PolysmsWarning');
  }
}

function kindOf(error: unknown): string {
  try {
    return isSmsError(error) && smsErrorCodes.includes(error.code) ? error.code : errorKind(error);
  } catch {
    return errorKind(error);
  }
}

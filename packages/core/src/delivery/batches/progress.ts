import type { SmsError } from '../../errors/sms-error.js';
import { Listeners } from '../../listeners/listeners.js';

/** How far a batch has come: what a progress bar needs. */
export interface SendManyProgress {
  /** Messages that have settled: `accepted` and `failed` together. */
  readonly done: number;
  readonly accepted: number;
  readonly failed: number;
  /** Those of the failed ones that may have been sent all the same: their outcome is `unknown`. */
  readonly unknown: number;
  /** Messages begun and not settled. */
  readonly inFlight: number;
  /** Those of them that were refused because of the rate, and wait to be sent again. */
  readonly waiting: number;
  /** Messages in the batch, if its source has a `length` or a `size`. */
  readonly total: number | undefined;
  /** Since the first message was asked for, in milliseconds. */
  readonly elapsedMs: number;
  /** Messages settled in a second, on average over the whole batch; 0 while no time has passed. */
  readonly perSecond: number;
  /** Milliseconds left at that rate; undefined while the total or the rate is not known. */
  readonly remainingMs: number | undefined;
}

/** Counts what settles and tells the listener. A listener that throws or rejects changes nothing. */
export class ProgressMeter {
  readonly #total: number | undefined;
  readonly #listeners = new Listeners<SendManyProgress>(ignore);
  readonly #startedAt = performance.now();
  #accepted = 0;
  #failed = 0;
  #unknown = 0;

  constructor(total: number | undefined, listener: (progress: SendManyProgress) => unknown) {
    this.#total = total;
    this.#listeners.add(listener);
  }

  /** One message has settled; `error` is why it failed. */
  settled(error: SmsError | undefined, inFlight: number, waiting = 0): void {
    if (error === undefined) this.#accepted += 1;
    else this.#failed += 1;
    if (error?.outcome === 'unknown') this.#unknown += 1;
    this.emit(inFlight, waiting);
  }

  /** Says how far the batch has come, although nothing has settled. */
  emit(inFlight: number, waiting: number): void {
    this.#listeners.emit(this.#progress(inFlight, waiting));
  }

  #progress(inFlight: number, waiting: number): SendManyProgress {
    const done = this.#accepted + this.#failed;
    const elapsedMs = performance.now() - this.#startedAt;
    const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
    const left = this.#total === undefined ? undefined : Math.max(0, this.#total - done);
    return {
      done,
      accepted: this.#accepted,
      failed: this.#failed,
      unknown: this.#unknown,
      inFlight,
      waiting,
      total: this.#total,
      elapsedMs,
      perSecond,
      remainingMs: left === undefined || perSecond === 0 ? undefined : (left * 1000) / perSecond,
    };
  }
}

/** How many items a source has, if it can tell without being read. */
export function knownTotal(source: object): number | undefined {
  for (const field of ['length', 'size'] as const) {
    const count: unknown = Reflect.get(source, field);
    if (Number.isSafeInteger(count) && Number(count) >= 0) return Number(count);
  }
  return undefined;
}

/** A progress bar that fails is no reason to stop sending. */
function ignore(): void {}

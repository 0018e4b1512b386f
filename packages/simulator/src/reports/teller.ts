import type { TellingAttempt, TellingStatus } from '../control/contract.js';
import type { Telling } from '../dialect.js';
import { wordsOf } from '../words-of.js';
import type { Schedule } from '../world/schedule.js';
import { type Called, callWebhook, Together } from './webhook-calls.js';

/** How far the telling of one thing has come. */
export interface Progress {
  readonly status: TellingStatus;
  readonly attempts: readonly TellingAttempt[];
  readonly problem?: string | undefined;
}

/** One thing to be told. */
export interface Told<What> {
  readonly telling: Telling<What>;
  readonly what: What;
  /** The app's webhook; undefined if nobody knows one. */
  readonly url: string | undefined;
  /** What the vendor does itself, before it tells. */
  readonly onBegin?: () => void;
  /** Is called with each change. */
  onProgress(progress: Progress): void;
}

const nobody = 'No webhook: set reportsTo.';

/** Tells apps, as often as a vendor does until it is taken. */
export class Teller {
  readonly #clock: { now(): number };
  readonly #schedule: Schedule;
  readonly #together = new Together();
  #calls = new AbortController();

  constructor(clock: { now(): number }, schedule: Schedule) {
    this.#clock = clock;
    this.#schedule = schedule;
  }

  /** Makes the first attempt. Resolves when it is over; never rejects. */
  async tell<What>(told: Told<What>): Promise<void> {
    const { telling, url } = told;
    try {
      told.onBegin?.();
    } catch (error) {
      told.onProgress({ status: 'lost', attempts: [], ...failureOf(error) });
      return;
    }
    if (telling.via === 'webhook' && url === undefined) {
      told.onProgress({ status: 'lost', attempts: [], problem: nobody });
      return;
    }
    await this.#attempt(told, []);
  }

  /** Ends all attempts that run. */
  reset(): void {
    this.#calls.abort();
    this.#calls = new AbortController();
  }

  async #attempt<What>(told: Told<What>, before: readonly TellingAttempt[]): Promise<void> {
    const { signal } = this.#calls;
    const at = this.#clock.now();
    const called = await this.#call(told, before.length + 1, signal).catch(failureOf);
    if (signal.aborted) return;
    if ('problem' in called) {
      told.onProgress({ status: 'lost', attempts: before, problem: called.problem });
      return;
    }
    const { verdict, url, status } = called;
    const attempts = [...before, { at, url, status }];
    const waitMs = told.telling.repeatsAfterMs?.[before.length];
    if (verdict === 'again' && waitMs !== undefined) {
      told.onProgress({ status: 'scheduled', attempts });
      this.#schedule.add(waitMs, () => void this.#attempt(told, attempts));
    } else told.onProgress({ status: verdict === 'taken' ? 'taken' : 'refused', attempts });
  }

  async #call<What>({ telling, what, url = '' }: Told<What>, attempt: number, signal: AbortSignal): Promise<Called> {
    if (telling.via === 'webhook') {
      const calling = { webhook: url, attempt, signal };
      return telling.together === undefined
        ? callWebhook(telling, (target) => telling.write(what, target), calling)
        : this.#together.call(telling, telling.together, what, calling);
    }
    const isTaken = await telling.tell(what);
    return { verdict: isTaken ? 'taken' : 'again', url: '', status: 'none' };
  }
}

/** The dialect could not even write it: whoever writes the dialect has to see that. */
function failureOf(error: unknown): { readonly problem: string } {
  return { problem: `The dialect failed: ${wordsOf(error)}` };
}

import type { TellingAttempt, TellingStatus } from '../control/contract.js';
import type { Telling, WebhookAnswer, WebhookTelling, WebhookVerdict } from '../dialect.js';
import type { Schedule } from '../world/schedule.js';

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
  /** Is called with each change. */
  onProgress(progress: Progress): void;
}

const defaultTimeoutMs = 5_000;

const nobody = 'There is no webhook: set reportsTo, or let the app name one with its message.';

/** Tells apps, as often as a vendor does until it is taken. */
export class Teller {
  readonly #clock: { now(): number };
  readonly #schedule: Schedule;
  #calls = new AbortController();

  constructor(clock: { now(): number }, schedule: Schedule) {
    this.#clock = clock;
    this.#schedule = schedule;
  }

  /** Makes the first attempt. Resolves when it is over; never rejects. */
  async tell<What>(told: Told<What>): Promise<void> {
    const { telling, url } = told;
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
    const { verdict, url, status } = await call(told, signal);
    if (signal.aborted) return;
    const attempts = [...before, { at, url, status }];
    const waitMs = told.telling.repeatsAfterMs?.[before.length];
    if (verdict === 'again' && waitMs !== undefined) {
      told.onProgress({ status: 'scheduled', attempts });
      this.#schedule.add(waitMs, () => void this.#attempt(told, attempts));
    } else told.onProgress({ status: verdict === 'taken' ? 'taken' : 'refused', attempts });
  }
}

interface Called {
  readonly verdict: WebhookVerdict;
  readonly url: string;
  readonly status: number | 'none';
}

async function call<What>({ telling, what, url = '' }: Told<What>, signal: AbortSignal): Promise<Called> {
  if (telling.via === 'webhook') return callWebhook(telling, what, url, signal);
  const isTaken = await telling.tell(what).catch(() => false);
  return { verdict: isTaken ? 'taken' : 'again', url: '', status: 'none' };
}

async function callWebhook<What>(
  telling: WebhookTelling<What>,
  what: What,
  webhook: string,
  reset: AbortSignal,
): Promise<Called> {
  const { method, headers, body, url = webhook } = telling.write(what, webhook);
  let answer: WebhookAnswer | null = null;
  try {
    const signal = AbortSignal.any([reset, AbortSignal.timeout(telling.timeoutMs ?? defaultTimeoutMs)]);
    const sent = method === 'GET' ? {} : { body };
    const response = await fetch(url, { method, headers, redirect: 'manual', signal, ...sent });
    answer = { status: response.status, body: await response.text() };
  } catch {
    // No answer came: whether the app was not there, hung or was cut off is all the same to a vendor.
  }
  const verdict = telling.verdictOn?.(answer) ?? verdictOn(answer);
  return { verdict, url: withoutQuery(url), status: answer?.status ?? 'none' };
}

function verdictOn(answer: WebhookAnswer | null): WebhookVerdict {
  return answer !== null && answer.status >= 200 && answer.status <= 299 ? 'taken' : 'again';
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/u, '');
}

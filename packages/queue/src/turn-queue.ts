import { createHash } from 'node:crypto';
import type { JobLane } from '@polysms/core/jobs';
import { type CallContext, type NotSent, notSent } from '@polysms/core/provider-kit';
import { type PaceFigures, takeTurns } from './pace-script.js';
import type { Connection } from './queue-options.js';

/** What a {@link TurnQueue} works with. */
export interface TurnQueueDeps {
  readonly connection: Connection;
  /** What the keys of the pace begin with. */
  readonly key: string;
  readonly figures: PaceFigures;
  readonly lane: JobLane;
}

interface Waiter {
  readonly settle: (outcome: NotSent | undefined) => void;
}

const sha = createHash('sha1').update(takeTurns).digest('hex');

/** How far ahead turns are taken, in milliseconds: a lane that may look farther goes before one that may not. */
const aheadMs: Readonly<Record<JobLane, number>> = { codes: 500, messages: 20, campaigns: 10 };
/** What a request needs after its turn, at most, of the time that it has. */
const longestReserveMs = 1_000;
const mostAtOnce = 100;

/** Calls of this process that wait for turns of one lane. One of them asks Redis for all. */
export class TurnQueue {
  readonly #deps: TurnQueueDeps;
  readonly #waiting = new Set<Waiter>();
  /** Turns that have been taken, and whose moment has not come. */
  #promised = 0;
  #isAsking = false;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(deps: TurnQueueDeps) {
    this.#deps = deps;
  }

  /** Waits for a turn; otherwise the outcome of the call, which was not sent. Never rejects. */
  turn({ deadline, writeBy = deadline }: CallContext): Promise<NotSent | undefined> {
    const { ended } = writeBy;
    if (ended !== undefined) return Promise.resolve(notSent(ended, 'The call had ended before it had its turn.'));
    return new Promise((resolve) => {
      const remainingMs = writeBy.remainingMs();
      const reserveMs = Math.min(longestReserveMs, remainingMs / 4);
      const timer = setTimeout(() => waiter.settle(this.#heldBack()), Math.max(0, remainingMs - reserveMs));
      let stopListening = () => {};
      const waiter: Waiter = {
        settle: (outcome) => {
          if (!this.#waiting.delete(waiter)) return;
          clearTimeout(timer);
          stopListening();
          resolve(outcome);
        },
      };
      this.#waiting.add(waiter);
      stopListening = writeBy.onEnd((reason) =>
        waiter.settle(notSent(reason, 'The call ended while it waited for its turn.')),
      );
      void this.#serve();
    });
  }

  /** Answers all that wait. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiting) waiter.settle(notSent('client_closed', 'The provider is closed.'));
    this.#wake?.();
  }

  #heldBack(): NotSent {
    const { spacingMs } = this.#deps.figures;
    const message = 'The pace of all processes (sharedPace) held the request back: its turn would have come too late.';
    return notSent('rate_limited', message, { retryAfterMs: Math.ceil(this.#waiting.size * spacingMs) });
  }

  async #serve(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#waiting.size > this.#promised && !this.#isClosed) {
        const { waits, againMs } = await this.#ask(Math.min(mostAtOnce, this.#waiting.size - this.#promised));
        for (const waitMs of waits) this.#give(waitMs);
        if (againMs > 0) await this.#sleep(againMs);
      }
    } catch {
      // What Redis says may repeat the arguments of other commands: it is not passed on.
      const message = 'The pace that all processes share could not be asked for a turn.';
      for (const waiter of [...this.#waiting]) waiter.settle(notSent('store_unavailable', message));
    } finally {
      this.#isAsking = false;
    }
  }

  /** A turn goes to whoever waits longest when it comes; one for which nobody waits any more is lost. */
  #give(waitMs: number): void {
    this.#promised += 1;
    const next = () => {
      this.#promised -= 1;
      const [first] = this.#waiting;
      first?.settle(undefined);
    };
    if (waitMs < 0.5) next();
    else setTimeout(next, waitMs);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #ask(count: number): Promise<{ readonly waits: readonly number[]; readonly againMs: number }> {
    const { connection, key, figures, lane } = this.#deps;
    const { turns, windowMs, spacingMs, reserve } = figures;
    const isFirst = lane === 'codes';
    const own = isFirst ? turns : turns - reserve;
    const given = [own, windowMs, spacingMs, isFirst ? 1 : 0, count, aheadMs[lane], turns].map(String);
    const keys = [`{${key}}:turns`, `{${key}}:due`];
    const answer = (await this.#eval(connection, keys, given)) as readonly string[];
    const end = answer.indexOf('again');
    const waits = (end === -1 ? answer : answer.slice(0, end)).map(Number);
    return { waits, againMs: end === -1 ? 0 : Number(answer[end + 1]) };
  }

  async #eval(connection: Connection, keys: readonly string[], given: readonly string[]): Promise<unknown> {
    try {
      return await connection.evalsha(sha, keys.length, ...keys, ...given);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return connection.eval(takeTurns, keys.length, ...keys, ...given);
    }
  }
}

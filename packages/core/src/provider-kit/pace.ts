import type { Deadline } from '../contract/deadline.js';
import type { NotSent } from '../contract/outcomes.js';
import { type Clock, longestDelayMs, monotonicClock } from './deadline.js';
import type { HttpCallContext } from './http-exchange.js';
import { configurationInvalid } from './options.js';
import { notSent } from './outcomes.js';
import { TurnSchedule } from './turn-schedule.js';

/** How fast one account may be asked. */
export interface PaceOptions {
  /**
   * Requests in a second: above 0, at most 10000. 0.5 is one request in two seconds. Requests are spread evenly, and
   * with the default burst no second sees more of them, whichever way the vendor counts its seconds.
   */
  readonly maxPerSecond: number;
  /**
   * Requests that may leave at once after a quiet time: a whole number from 1 to 10000. Default 1. The second in
   * which they leave may see `maxPerSecond + burst - 1` requests, so raise it only if the vendor allows that.
   */
  readonly burst?: number | undefined;
}

/** Keeps the requests to one account at its rate. Make one for each account, whatever it is asked through. */
export interface Pace {
  /**
   * Waits for a turn, first come, first served. `undefined`: the turn has come, so write the request now. Otherwise
   * the outcome of the call, which has used no turn:
   * `rate_limited` if its turn would come, or has come, after `writeBy` (told at once, so that another provider is
   * tried early); `aborted` or `deadline_exceeded` if the call has ended. Never rejects.
   */
  turn(context: HttpCallContext): Promise<NotSent | undefined>;
  /** Answers all that wait, and all that come, with `not-sent`, `client_closed`. May be called twice. */
  close(): void;
}

/** Options of a provider whose user may leave the pace out. */
export type OptionalPaceOptions = { readonly [Name in keyof PaceOptions]?: PaceOptions[Name] | undefined };

/** The maximum of either option: the moments of one window are kept in memory. */
const maxRate = 10_000;

/**
 * Makes a {@link Pace}; `undefined` if `maxPerSecond` is left out. It holds one timer while somebody waits.
 *
 * @param clock for tests
 * @throws SmsError `configuration_invalid`, naming the option
 */
export function createPace(options: PaceOptions, clock?: Clock): Pace;
export function createPace(options: OptionalPaceOptions, clock?: Clock): Pace | undefined;
export function createPace(options: OptionalPaceOptions, clock: Clock = monotonicClock): Pace | undefined {
  const problem = paceProblem(options);
  if (problem !== undefined) throw configurationInvalid(`createPace(): ${problem.option}: ${problem.message}.`);
  const { maxPerSecond, burst = 1 } = options;
  return maxPerSecond === undefined ? undefined : new QueuedPace(new TurnSchedule({ maxPerSecond, burst }), clock);
}

/** Which of the options of a pace cannot work, and why; for the message of a provider. */
export interface PaceProblem {
  readonly option: keyof PaceOptions;
  readonly message: string;
}

export const maxPerSecondRule = `must be a number above 0 and at most ${maxRate}`;
export const burstRule = `must be a whole number from 1 to ${maxRate}`;

export function isMaxPerSecond(value: number): boolean {
  return isCount(value) && Number.isFinite(1000 / value);
}

export function isBurst(value: number): boolean {
  return isCount(value) && Number.isInteger(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= maxRate;
}

/** Looks for a {@link PaceProblem}. Options that are left out are none. */
export function paceProblem({ maxPerSecond, burst }: OptionalPaceOptions): PaceProblem | undefined {
  if (maxPerSecond !== undefined && !isMaxPerSecond(maxPerSecond)) {
    return { option: 'maxPerSecond', message: maxPerSecondRule };
  }
  if (burst !== undefined && !isBurst(burst)) return { option: 'burst', message: burstRule };
  if (burst !== undefined && maxPerSecond === undefined) {
    return { option: 'burst', message: 'belongs to maxPerSecond; set that as well' };
  }
  return undefined;
}

interface Waiter {
  readonly writeBy: Deadline;
  settle(outcome: NotSent | undefined): void;
}

/**
 * What a request needs after its turn, for a connection and an answer: a quarter of the time, and no more than this. A
 * turn just before the end would make a time-out of the vendor's out of our own queue.
 */
const longestReserveMs = 1_000;

class QueuedPace implements Pace {
  readonly #schedule: TurnSchedule;
  readonly #clock: Clock;
  /** In the order in which they came; whoever leaves costs the others nothing. */
  readonly #waiting = new Set<Waiter>();
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(schedule: TurnSchedule, clock: Clock) {
    this.#schedule = schedule;
    this.#clock = clock;
  }

  turn({ deadline, writeBy = deadline }: HttpCallContext): Promise<NotSent | undefined> {
    if (this.#isClosed) return Promise.resolve(closed());
    const { ended } = writeBy;
    if (ended !== undefined) return Promise.resolve(notSent(ended, 'The call had ended before it had its turn.'));
    const now = this.#clock.now();
    const ahead = this.#waiting.size;
    const waitMs = this.#schedule.waitMs(now, ahead);
    if (ahead === 0 && waitMs === 0) {
      this.#schedule.take(now);
      return Promise.resolve(undefined);
    }
    // A turn that comes too late is told at once, so that the next provider can be tried.
    const remainingMs = writeBy.remainingMs();
    const tooLateMs = waitMs - (remainingMs - Math.min(longestReserveMs, remainingMs / 4));
    if (tooLateMs > 0) return Promise.resolve(heldBack(tooLateMs));
    return new Promise((resolve) => this.#enqueue(writeBy, resolve));
  }

  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiting) waiter.settle(closed());
  }

  #enqueue(writeBy: Deadline, resolve: (outcome: NotSent | undefined) => void): void {
    let stopListening = () => {};
    const waiter: Waiter = {
      writeBy,
      settle: (outcome) => {
        stopListening();
        this.#waiting.delete(waiter);
        if (this.#waiting.size === 0) this.#rest();
        resolve(outcome);
      },
    };
    this.#waiting.add(waiter);
    stopListening = writeBy.onEnd(() => waiter.settle(this.#tooLate(writeBy)));
    this.#wait();
  }

  #serve(): void {
    this.#stopTimer = undefined;
    for (const waiter of this.#waiting) {
      const now = this.#clock.now();
      if (waiter.writeBy.ended !== undefined) waiter.settle(this.#tooLate(waiter.writeBy));
      else if (this.#schedule.waitMs(now) > 0) break;
      else {
        this.#schedule.takeAfterWait(now);
        waiter.settle(undefined);
      }
    }
    this.#wait();
  }

  /** The call ended while it waited. It waited only because its turn was due in time, so the process must have stalled. */
  #tooLate({ ended }: Deadline): NotSent {
    if (ended === 'aborted') return notSent('aborted', 'The caller aborted the call while it waited for its turn.');
    return heldBack(this.#schedule.waitMs(this.#clock.now()));
  }

  #wait(): void {
    if (this.#waiting.size === 0 || this.#stopTimer !== undefined) return;
    this.#stopTimer = this.#clock.after(this.#schedule.waitMs(this.#clock.now()), () => this.#serve());
  }

  #rest(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

function closed(): NotSent {
  return notSent('client_closed', 'The provider is closed.');
}

/** `rate_limited` fails over and does not count against the circuit: the vendor has done nothing. */
function heldBack(retryAfterMs: number): NotSent {
  return notSent(
    'rate_limited',
    'Our own pace (maxPerSecond) held the request back: its turn would have come too late.',
    {
      retryAfterMs: Math.min(retryAfterMs, longestDelayMs),
    },
  );
}

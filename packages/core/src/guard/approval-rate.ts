import { LRUCache } from 'lru-cache';
import type { AlarmEvent } from '../telemetry/events.js';

export interface ApprovalRateOptions {
  readonly windowMs: number;
  readonly minimumStarts: number;
  readonly approvalRatePercent: number;
  readonly now: () => number;
  readonly raise: (alarm: AlarmEvent) => void;
}

/** Most people type a code in within half a minute. */
const answerMs = 2 * 60_000;

/** Prefixes watched at most; the one that was quiet for longest is forgotten. About 4 MB. */
const maxPrefixes = 10_000;

/** Starts that wait to be counted at most; beyond that the oldest are counted early. */
const maxWaiting = 100_000;

interface Half {
  starts: number;
  approvals: number;
}

/** The two halves of a prefix's window. A half is named by how many have gone by since the clock's beginning. */
interface Watch {
  half: number;
  current: Half;
  previous: Half;
  quietUntil: number;
}

interface Start {
  readonly prefix: string;
  readonly at: number;
}

/**
 * Watches how many of the codes sent to a prefix come back, in this process: nobody reads the codes that pumping buys.
 *
 * A start counts when it is two minutes old: a burst of new users is no anomaly while nobody has had time to answer,
 * and it is counted for the time when it was made, so that it meets its approval there. There is no timer: what has
 * become old enough is counted at the next start or approval of any prefix. The window moves on in halves, so it
 * covers between half of its length and all of it.
 */
export class ApprovalRate {
  readonly #options: ApprovalRateOptions;
  readonly #halfMs: number;
  readonly #watches = new LRUCache<string, Watch>({ max: maxPrefixes });
  #waiting: Start[] = [];
  /** How many of those that wait have been counted already. */
  #counted = 0;

  constructor(options: ApprovalRateOptions) {
    this.#options = options;
    this.#halfMs = options.windowMs / 2;
  }

  started(prefix: string): void {
    const at = this.#options.now();
    this.#waiting.push({ prefix, at });
    this.#count(at);
  }

  approved(prefix: string): void {
    const now = this.#options.now();
    this.#watchOf(prefix, now).current.approvals += 1;
    this.#count(now);
  }

  /** Counts the starts that are old enough. */
  #count(now: number): void {
    for (;;) {
      const start = this.#waiting[this.#counted];
      if (start === undefined) break;
      const isEarly = this.#waiting.length - this.#counted > maxWaiting;
      if (now - start.at < answerMs && !isEarly) break;
      this.#counted += 1;
      this.#add(start, now);
    }
    // Rarely, so that each start is moved once or twice.
    if (this.#counted < 1000 || this.#counted * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#counted);
    this.#counted = 0;
  }

  #add({ prefix, at }: Start, now: number): void {
    const watch = this.#watchOf(prefix, now);
    const age = watch.half - Math.floor(at / this.#halfMs);
    if (age === 0) watch.current.starts += 1;
    else if (age === 1) watch.previous.starts += 1;
    else return;
    this.#judge(prefix, watch, now);
  }

  #judge(prefix: string, watch: Watch, now: number): void {
    const { windowMs, minimumStarts, approvalRatePercent: min, raise } = this.#options;
    const starts = watch.current.starts + watch.previous.starts;
    const approvals = watch.current.approvals + watch.previous.approvals;
    const percent = (100 * approvals) / starts;
    if (starts < minimumStarts || percent >= min || now < watch.quietUntil) return;
    watch.quietUntil = now + windowMs;
    raise({ prefix, starts, approvals, approvalRatePercent: Math.floor(percent * 10) / 10, windowMs });
  }

  /** The halves of a prefix, moved on to now. */
  #watchOf(prefix: string, now: number): Watch {
    const half = Math.floor(now / this.#halfMs);
    let watch = this.#watches.get(prefix);
    if (watch === undefined) {
      watch = { half, current: none(), previous: none(), quietUntil: Number.NEGATIVE_INFINITY };
      this.#watches.set(prefix, watch);
    } else if (watch.half !== half) {
      watch.previous = watch.half === half - 1 ? watch.current : none();
      watch.current = none();
      watch.half = half;
    }
    return watch;
  }
}

function none(): Half {
  return { starts: 0, approvals: 0 };
}

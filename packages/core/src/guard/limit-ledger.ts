import type { Deadline } from '../contract/deadline.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { isSmsError } from '../errors/sms-error.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { askStore, type StoreQuestion } from '../stores/ask-store.js';
import { isStoreFull } from '../stores/store-full.js';
import { type Denial, endedDenial, limitDenials } from './denial.js';
import { type LimitScope, limitScopes } from './limit-rules.js';
import type { Limit, LimitStore, Taking } from './limit-store.js';
import { patienceFor } from './patience.js';

/** What a request is counted by; a scope without a key is not limited. */
export type CountedKeys = Readonly<Record<LimitScope, string | undefined>>;

/** What was taken of one limit. */
export interface Unit {
  readonly key: string;
  readonly limit: Limit;
  /** When the store's answer came. */
  readonly takenAt: number;
}

/** What taking has come to. */
export type LedgerAnswer = { readonly units: readonly Unit[] } | Denial;

export interface LimitLedgerOptions {
  readonly store: LimitStore;
  /** Of each scope, the shortest window first. */
  readonly limits: Readonly<Record<LimitScope, readonly Limit[]>>;
  readonly failOpen: boolean;
  readonly now: () => number;
}

const question: StoreQuestion = {
  store: 'limit store',
  outcome: 'not-sent',
  consequence: 'Nothing was sent: without it nobody knows how much has been sent. See guard.failOpen.',
};

/** What a store may take to have a unit back. The call does not wait for it; closing the client does. */
const giveBackMs = 5_000;

/** Takes units of the limits, one after the other, and gives them back: a request takes all that it needs, or none. */
export class LimitLedger {
  readonly #store: LimitStore;
  readonly #failOpen: boolean;
  readonly #now: () => number;
  /**
   * In the order of taking: the widest scope first, and of each the shortest window. Of twenty requests for one phone
   * at once, one then gets past its minute, and the others are told to wait for that; were the hour asked first, five
   * would hold it for a moment, and the rest would be told to wait for an hour.
   */
  readonly #steps: readonly { scope: LimitScope; limit: Limit; denial: ReturnType<typeof limitDenials> }[];
  readonly #givingBack = new Set<Promise<void>>();
  readonly #passedUncounted: SeldomWarning;
  readonly #lost: SeldomWarning;

  constructor({ store, limits, failOpen, now }: LimitLedgerOptions) {
    this.#store = store;
    this.#failOpen = failOpen;
    this.#now = now;
    this.#steps = limitScopes.flatMap((scope) =>
      limits[scope].map((limit) => ({ scope, limit, denial: limitDenials(scope, limit) })),
    );
    this.#passedUncounted = new SeldomWarning('The limit store failed, and guard.failOpen let the request pass', now);
    this.#lost = new SeldomWarning('The limit store could not take back what a request had not used', now);
  }

  /** Takes a unit of each limit. When one has none left, or the store fails, what was taken is given back. */
  async take(keys: CountedKeys, deadline: Deadline): Promise<LedgerAnswer> {
    const units: Unit[] = [];
    const patience = patienceFor(deadline, this.#failOpen);
    try {
      const denied = await this.#look(keys, patience.deadline);
      if (denied !== undefined) return denied;
      for (const { scope, limit, denial } of this.#steps) {
        const key = keys[scope];
        if (key === undefined) continue;
        const taking = await this.#takeOne(key, limit, patience.deadline);
        if (!taking.taken) {
          this.giveBack(units);
          return denial(taking.retryAfterMs);
        }
        units.push({ key, limit, takenAt: this.#now() });
      }
      return { units };
    } catch (error) {
      this.giveBack(units);
      return this.#failed(error, deadline);
    } finally {
      patience.release();
    }
  }

  /**
   * Asks the phone and the address whether they have units left, before anything is taken: a flood that they refuse
   * would otherwise hold units of its neighbours for as long as its requests are under way. Of several refusals the
   * longest tells how long to wait.
   */
  async #look(keys: CountedKeys, deadline: Deadline): Promise<Denial | undefined> {
    const looks = this.#steps.flatMap(({ scope, limit, denial }) => {
      const key = scope === 'ip' || scope === 'phone' ? keys[scope] : undefined;
      if (key === undefined) return [];
      const looking = askStore(question, deadline, () => this.#store.look(key, limit), { isAnswer: isTaking });
      return [looking.then((taking) => ({ taking, denial }))];
    });
    let longest: { readonly retryAfterMs: number; readonly denial: ReturnType<typeof limitDenials> } | undefined;
    for (const { taking, denial } of await Promise.all(looks)) {
      if (taking.taken || taking.retryAfterMs < (longest?.retryAfterMs ?? 0)) continue;
      longest = { retryAfterMs: taking.retryAfterMs, denial };
    }
    return longest?.denial(longest.retryAfterMs);
  }

  #takeOne(key: string, limit: Limit, deadline: Deadline): Promise<Taking> {
    return askStore(question, deadline, () => this.#store.take(key, limit), {
      isAnswer: isTaking,
      // The call has ended without it.
      onLate: (late) => {
        if (late.taken) this.giveBack([{ key, limit, takenAt: this.#now() }]);
      },
    });
  }

  #failed(error: unknown, deadline: Deadline): LedgerAnswer {
    if (!isSmsError(error)) throw error;
    // failOpen is for a store that is down. A flood must not fill one and so get past it.
    if (!this.#failOpen || isStoreFull(error)) return { scope: 'store', error };
    const { ended } = deadline;
    if (ended !== undefined) return endedDenial('store', ended, 'before the limit store had answered');
    this.#passedUncounted.warn(error);
    return { units: [] };
  }

  /** Gives units back in the background. One that cannot be given back is lost until its window ends. */
  giveBack(units: readonly Unit[]): void {
    if (units.length === 0) return;
    const deadline = deadlineAfter(giveBackMs);
    const giving = Promise.all(units.map((unit) => this.#giveOneBack(unit, deadline))).then(() => {
      this.#givingBack.delete(giving);
    });
    this.#givingBack.add(giving);
  }

  async #giveOneBack({ key, limit, takenAt }: Unit, deadline: Deadline): Promise<void> {
    // Whole milliseconds, rounded down: the store's clock may tick in these, and the first of a window is as old as it.
    const elapsedMs = Math.floor(this.#now() - takenAt);
    try {
      await askStore(question, deadline, () => this.#store.giveBack(key, limit, elapsedMs));
    } catch (error) {
      this.#lost.warn(error);
    }
  }

  /** Resolves when nothing is being given back any more. */
  async settled(): Promise<void> {
    while (this.#givingBack.size > 0) await Promise.all(this.#givingBack);
  }
}

function isTaking(answer: Taking): boolean {
  return typeof answer?.taken === 'boolean';
}

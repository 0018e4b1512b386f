import { isIP, isIPv4 } from 'node:net';
import type { Deadline } from '../contract/deadline.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { deadlineAfter, deadlineWithin } from '../provider-kit/deadline.js';
import { type Awaitable, askStore, askStoreAtOnce, isStoreFull, type StoreQuestion } from '../stores/ask-store.js';
import { type Denial, endedDenial, limitDenials } from './denial.js';
import type { ParsedGuardOptions } from './guard-options.js';
import {
  type Limit,
  type LimitScope,
  type LimitStore,
  type LimitUnit,
  limitScopes,
  type TakenUnit,
  type TakeResult,
} from './limit-store.js';

/** What a request is counted by; a scope without a key is not limited. */
export type CountedKeys = Readonly<Record<LimitScope, string | undefined>>;

/**
 * What an address is counted by: an IPv4 address itself, also when it comes in IPv6's clothes (`::ffff:192.0.2.1`,
 * `64:ff9b::192.0.2.1`), and of an IPv6 address its /64, since whoever has one address of it has them all.
 * Only what is written as the standards say: other forms mean other addresses to other parsers.
 *
 * @throws SmsError `invalid_request`; its message never repeats the input
 */
export function countedAddress(ip: string): Awaitable<string> {
  // A zone (`%eth0`) means something on one machine only, and would be another key for the same address.
  if (typeof ip !== 'string' || isIP(ip) === 0 || ip.includes('%')) {
    throw new SmsError({
      code: 'invalid_request',
      outcome: 'not-sent',
      message:
        'ip: must be the IPv4 or IPv6 address of the client, without port, brackets and zone; or leave it out, and no limit for addresses holds. Behind a proxy, take it from the header that your own proxy sets.',
    });
  }
  return isIPv4(ip) ? ip : countedIPv6(ip);
}

async function countedIPv6(ip: string): Promise<string> {
  // With the first such address: an app without any need not load it.
  const { default: ipaddr } = await import('ipaddr.js');
  const address = ipaddr.IPv6.parse(ip);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  // An IPv4 address that a translator (NAT64) wrote: all of them share one /64.
  if (address.range() === 'rfc6052') return ipaddr.fromByteArray(address.toByteArray().slice(12)).toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

const question: StoreQuestion = {
  store: 'limit store',
  outcome: 'not-sent',
  consequence: 'Nothing was sent: without it nobody knows how much has been sent. See guard.failOpen.',
};

/** What a store may take for a refund. The call does not wait for it; closing the client does. */
const refundMs = 5_000;

interface Rule {
  readonly scope: LimitScope;
  readonly limit: Limit;
  readonly denial: ReturnType<typeof limitDenials>;
}

/** Takes what a request needs of the limits, all of it or nothing, and gives it back. */
export class LimitLedger {
  readonly #store: LimitStore;
  readonly #failOpen: boolean;
  readonly #rules: readonly Rule[];
  readonly #refunds = new Set<Promise<void>>();
  readonly #passedUncounted: SeldomWarning;
  readonly #lost: SeldomWarning;

  constructor(store: LimitStore, { limits, failOpen }: ParsedGuardOptions, now: () => number) {
    this.#store = store;
    this.#failOpen = failOpen;
    this.#rules = limitScopes.flatMap((scope) =>
      limits[scope].map((limit) => ({ scope, limit, denial: limitDenials(scope, limit) })),
    );
    this.#passedUncounted = new SeldomWarning('The limit store failed, and guard.failOpen let the request pass', now);
    this.#lost = new SeldomWarning('The limit store could not take back what a request had not used', now);
  }

  /** Takes a unit of each limit, or says why not. With `failOpen` a store that fails takes nothing. */
  take(keys: CountedKeys, deadline: Deadline): Awaitable<readonly TakenUnit[] | Denial> {
    const units: LimitUnit[] = [];
    const denials: Rule['denial'][] = [];
    for (const { scope, limit, denial } of this.#rules) {
      const key = keys[scope];
      if (key === undefined) continue;
      units.push({ key, limit });
      denials.push(denial);
    }
    if (units.length === 0) return [];
    // A store that may fail gets half of the time: otherwise one that hangs would leave none to send in.
    const limited = this.#failOpen ? deadlineWithin(deadline, deadline.remainingMs() / 2) : deadline;
    const read = (result: TakeResult) => {
      if (result.taken) return result.units;
      const denial = denials[result.index];
      if (denial === undefined) throw new RangeError('isTakeResult lets no such index pass.');
      return denial(result.retryAfterMs);
    };
    const result = askStoreAtOnce(question, limited, () => this.#store.takeAll(units), {
      isAnswer: (answer) => isTakeResult(answer, units.length),
      // The call has ended without it.
      onLate: (late) => this.refund(late.taken ? late.units : []),
    });
    if (!(result instanceof Promise)) return read(result);
    return result.then(read, (error: unknown) => this.#failed(error, deadline));
  }

  #failed(error: unknown, { ended }: Deadline): readonly TakenUnit[] | Denial {
    if (!isSmsError(error)) throw error;
    // failOpen is for a store that is down. A flood must not fill one and so get past it.
    if (!this.#failOpen || isStoreFull(error)) return { scope: 'store', error };
    if (ended !== undefined) return endedDenial('store', ended, 'before the limit store had answered');
    this.#passedUncounted.warn(error);
    return [];
  }

  /** Gives units back in the background. What the store does not take back is lost until its window ends. */
  refund(units: readonly TakenUnit[]): void {
    if (units.length === 0) return;
    const refund = askStore(question, deadlineAfter(refundMs), () => this.#store.refund(units))
      .catch((error: unknown) => this.#lost.warn(error))
      .then(() => void this.#refunds.delete(refund));
    this.#refunds.add(refund);
  }

  /** Resolves when nothing is being given back any more. */
  async settled(): Promise<void> {
    while (this.#refunds.size > 0) await Promise.all(this.#refunds);
  }
}

/** A store is somebody else's: what is none of the answers is a failure. */
function isTakeResult(answer: TakeResult, asked: number): boolean {
  if (answer?.taken === true) return Array.isArray(answer.units) && answer.units.length === asked;
  return answer?.taken === false && Number.isInteger(answer.index) && answer.index >= 0 && answer.index < asked;
}

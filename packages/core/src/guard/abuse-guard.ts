import type { Deadline } from '../contract/deadline.js';
import { errorPolicy, type SmsErrorCode } from '../errors/error-codes.js';
import type { SmsError } from '../errors/sms-error.js';
import { canonicalPhone, maskPhoneNumber, type PhoneNumber } from '../phone/phone-number.js';
import type { EventHub } from '../telemetry/events.js';
import { ApprovalRate } from './approval-rate.js';
import { type Denial, destinationDenial, endedDenial } from './denial.js';
import type { ParsedGuardOptions } from './guard-options.js';
import { type CountedKeys, countedAddress, LimitLedger } from './limit-ledger.js';
import type { LimitStore } from './limit-store.js';
import { type Screened, type ScreenedRequest, Screening } from './screening.js';

/** Some countries and calling codes. */
export interface Places {
  readonly countries?: readonly string[] | undefined;
  readonly callingCodes?: readonly string[] | undefined;
}

/** What is to be admitted. */
export type GuardedRequest = Omit<ScreenedRequest, 'signal'>;

/** A request that may be sent. */
export interface Admission {
  /** Gives back what the request took of the limits, since it cost nobody anything. In the background. */
  refund(): void;
}

/** What an {@link AbuseGuard} is made from. */
export interface AbuseGuardDeps {
  readonly options: ParsedGuardOptions;
  readonly store: LimitStore;
  /** Makes keys from numbers, prefixes and addresses; hashes them if the store is shared. */
  readonly keyOf: (text: string) => string;
  readonly routes: readonly Places[];
  readonly events: EventHub;
  /** The time in milliseconds, from any beginning, never going back. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

const unproven: Screened = { isProven: false };

/** Decides whether a request may be sent, so that nobody can have an app send in their interest and at its cost. */
export class AbuseGuard {
  readonly #deps: AbuseGuardDeps;
  readonly #isDestination: (to: PhoneNumber) => boolean;
  readonly #screening: Screening | undefined;
  readonly #ledger: LimitLedger;
  readonly #approvalRate: ApprovalRate | undefined;

  constructor(deps: AbuseGuardDeps) {
    const { options, store, routes, events, now = () => performance.now() } = deps;
    const { destinations, screen, failOpen, alarm } = options;
    this.#deps = deps;
    this.#isDestination = destinationsFrom(destinations, routes);
    this.#screening = screen && new Screening(screen, failOpen, now);
    this.#ledger = new LimitLedger(store, options, now);
    this.#approvalRate =
      alarm === false ? undefined : new ApprovalRate({ ...alarm, now, raise: (event) => events.emit('alarm', event) });
  }

  /**
   * Takes what a request needs of the limits, or denies it and takes nothing.
   *
   * @throws SmsError, always `not-sent`: `invalid_request` for an `ip` that is none, `destination_not_allowed`,
   * `screening_denied`, `resend_too_soon` or `send_limit_exceeded` with `retryAfterMs`, `store_unavailable`, `aborted`
   * or `deadline_exceeded`
   */
  async admit(request: GuardedRequest, deadline: Deadline): Promise<Admission> {
    const counting = request.ip === undefined ? undefined : countedAddress(request.ip);
    const address = counting instanceof Promise ? await counting : counting;
    if (!this.#isDestination(request.to)) {
      throw this.#deny(request, destinationDenial(request.to, remedyFor(this.#deps.options)));
    }
    throwIfEnded(deadline);
    const screened = this.#screening === undefined ? unproven : await this.#screening.verdictOn(request, deadline);
    if ('error' in screened) throw this.#deny(request, screened);
    throwIfEnded(deadline);
    const taking = this.#ledger.take(this.#keysOf(request.to, address, screened), deadline);
    const taken = taking instanceof Promise ? await taking : taking;
    if ('error' in taken) throw this.#deny(request, taken);
    return { refund: () => this.#ledger.refund(taken) };
  }

  #keysOf(to: PhoneNumber, address: string | undefined, { isProven }: Screened): CountedKeys {
    const { keyOf } = this.#deps;
    const whose = isProven ? 'proven:' : '';
    return {
      // The same for all tenants and under every pepper: it bounds the bill.
      global: 'global',
      prefix: `prefix:${whose}${keyOf(this.#prefixOf(to))}`,
      ip: address === undefined ? undefined : `ip:${keyOf(address)}`,
      phone: `phone:${whose}${keyOf(canonicalPhone(to).e164)}`,
    };
  }

  #deny({ kind, to, purpose }: GuardedRequest, { scope, error }: Denial): Denial['error'] {
    const { events } = this.#deps;
    // An aborted call was not denied: its caller no longer wanted it.
    if (error.code !== 'aborted' && events.hasListeners('denied')) {
      const { code, retryAfterMs } = error;
      events.emit('denied', { kind, to: maskPhoneNumber(to), purpose, code, scope, retryAfterMs });
    }
    return error;
  }

  /** A verification has been sent. */
  started(to: PhoneNumber): void {
    this.#approvalRate?.started(this.#prefixOf(to));
  }

  /** Its code has come back. */
  approved(to: PhoneNumber): void {
    this.#approvalRate?.approved(this.#prefixOf(to));
  }

  #prefixOf(to: PhoneNumber): string {
    return numberPrefix(canonicalPhone(to), this.#deps.options.prefixOmitsDigits);
  }

  /** Resolves when nothing is being given back any more; a store that hangs holds it up for 5 seconds at most. */
  settled(): Promise<void> {
    return this.#ledger.settled();
  }
}

/** Whether a number may be written to. A route without countries and calling codes takes everything. */
export function destinationsFrom(
  given: ParsedGuardOptions['destinations'],
  routes: readonly Places[],
): (to: PhoneNumber) => boolean {
  if (given === 'any') return () => true;
  const places = given === 'routes' ? routes : [given];
  if (places.some((each) => each.countries === undefined && each.callingCodes === undefined)) return () => true;
  const countries = new Set(places.flatMap((each) => each.countries ?? []));
  const callingCodes = new Set(places.flatMap((each) => each.callingCodes ?? []));
  return ({ country, callingCode }) =>
    (country !== undefined && countries.has(country)) || callingCodes.has(callingCode);
}

function remedyFor({ destinations }: ParsedGuardOptions): string {
  return destinations === 'routes'
    ? 'no route names it. Add it to one, or set guard.destinations'
    : 'guard.destinations does not name it';
}

/**
 * The block of numbers that a number belongs to, with a star for each digit left out: `+861380013****`.
 * The calling code always stays, so that numbers of two countries never share a block.
 */
export function numberPrefix({ callingCode, nationalNumber }: PhoneNumber, omittedDigits: number): string {
  const kept = Math.max(0, nationalNumber.length - omittedDigits);
  return `+${callingCode}${nationalNumber.slice(0, kept)}${'*'.repeat(nationalNumber.length - kept)}`;
}

/** A call that has ended counts nothing, and no store is to blame. */
function throwIfEnded({ ended }: Deadline): void {
  if (ended !== undefined) throw endedDenial('store', ended, 'before it was counted').error;
}

/** Refusals that say something about the app's own accounts and settings, though no circuit counts them. */
const ownSettings: ReadonlySet<SmsErrorCode> = new Set([
  'rate_limited',
  'circuit_open',
  'template_rejected',
  'sender_rejected',
  'unsupported_message',
]);

/**
 * Whether a call that failed uses nothing of the person's limits up: certainly nothing was sent, and what kept it from
 * being sent was none of theirs. A provider that refused the phone itself was asked for it all the same: otherwise
 * somebody could try numbers without end.
 */
export function isRefundable({ outcome, attempts }: SmsError): boolean {
  if (outcome === 'not-sent') return true;
  if (outcome === 'unknown') return false;
  return attempts.every(({ code, outcome: each }) => each === 'not-sent' || (code !== undefined && isOwnFault(code)));
}

function isOwnFault(code: SmsErrorCode): boolean {
  return errorPolicy(code).countsAgainstCircuit || ownSettings.has(code);
}

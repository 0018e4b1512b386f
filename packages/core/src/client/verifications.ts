import type { Deadline } from '../contract/deadline.js';
import { isSmsError } from '../errors/sms-error.js';
import { type AbuseGuard, isRefundable } from '../guard/abuse-guard.js';
import type { DeliveryWatches } from '../messages/delivery-watches.js';
import { parsePhoneNumber, parsePhoneNumberIn } from '../phone/parse.js';
import { maskPhoneNumber, type PhoneNumber } from '../phone/phone-number.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import type { Awaitable } from '../stores/ask-store.js';
import type { CheckEvent, EventHub } from '../telemetry/events.js';
import type { Checked } from '../verification/check-challenges.js';
import {
  readCheckRequest,
  readId,
  readStartRequest,
  type VerificationCancelResult,
  type VerificationCheckRequest,
  type VerificationCheckResult,
  type VerificationReceipt,
  type VerificationStartRequest,
  type VerificationStatus,
} from '../verification/verification-requests.js';
import type { VerificationService } from '../verification/verification-service.js';
import type { InFlight } from './in-flight.js';

/** Proves that a person has a phone, whoever makes the code. */
export interface Verifications {
  /**
   * Sends a code to a phone. A second start for the same phone and purpose makes a new code, and prefers another
   * provider than the one that has just failed to reach the phone. The first code stays good with its own id, unless
   * its provider keeps one code for a phone.
   *
   * @throws SmsError when no provider took it. If its `verificationId` is set, a code may arrive all the same.
   */
  start(request: VerificationStartRequest): Promise<VerificationReceipt>;
  /**
   * Checks a code. A code is accepted once at most.
   *
   * @throws SmsError when it could not be judged: the store or the provider that made it is down
   */
  check(request: VerificationCheckRequest): Promise<VerificationCheckResult>;
  /** Ends a verification: its codes are no longer accepted. */
  cancel(id: string): Promise<VerificationCancelResult>;
  /** Where a verification stands. */
  status(id: string): Promise<VerificationStatus>;
}

/** What {@link ClientVerifications} works with. */
export interface ClientVerificationsDeps {
  readonly service: VerificationService;
  /** Undefined if the client has none. */
  readonly guard: AbuseGuard | undefined;
  readonly resendAfterMs: number;
  readonly watches: Pick<DeliveryWatches, 'approved'>;
  readonly inFlight: InFlight;
  readonly events: EventHub;
  readonly deadlineMs: number;
  readonly defaultCountry: string | undefined;
  readonly blockedProviders: BlockedProviders;
}

/** The ids of providers at which a person has opted out of verifications. */
export type BlockedProviders = (to: PhoneNumber, deadline: Deadline) => Awaitable<ReadonlySet<string> | undefined>;

/** The verifications of a client: the service behind the abuse guard. */
export class ClientVerifications implements Verifications {
  readonly #deps: ClientVerificationsDeps;

  constructor(deps: ClientVerificationsDeps) {
    this.#deps = deps;
  }

  async start(given: VerificationStartRequest): Promise<VerificationReceipt> {
    const request = readStartRequest(given);
    const to = parsePhoneNumberIn(this.#deps.defaultCountry, request.to);
    const { purpose, locale, via, ip, screening } = request;
    const { service, guard, resendAfterMs } = this.#deps;
    const deadline = this.#begin(request);
    // A deadline runs its timer while it has listeners. This one keeps one timer for the whole call.
    const release = deadline.onEnd(() => {});
    try {
      const admitting = guard?.admit({ kind: 'verification', to, ip, purpose, locale, screening }, deadline);
      const admission = admitting instanceof Promise ? await admitting : admitting;
      try {
        const asking = this.#deps.blockedProviders(to, deadline);
        const blocked = asking instanceof Promise ? await asking : asking;
        const started = await service.start({ to, purpose, locale, via, blocked }, deadline);
        guard?.started(to);
        const { id, provider, expiresAt, attempts } = started;
        return { id, provider, expiresAt, resendAfterMs, attempts };
      } catch (error) {
        if (isSmsError(error) && isRefundable(error)) admission?.refund();
        else if (!isSmsError(error) || error.outcome === 'unknown') guard?.started(to);
        throw error;
      }
    } finally {
      release();
      this.#deps.inFlight.end();
    }
  }

  async check(check: VerificationCheckRequest): Promise<VerificationCheckResult> {
    const request = readCheckRequest(check);
    const { code, target: named } = request;
    const target = 'to' in named ? { ...named, to: parsePhoneNumberIn(this.#deps.defaultCountry, named.to) } : named;
    const deadline = this.#begin(request);
    const startedAt = performance.now();
    try {
      const checking = this.#deps.service.check({ code, target }, deadline);
      const checked = checking instanceof Promise ? await checking : checking;
      const { result } = checked;
      if (result.outcome === 'approved') this.#deps.watches.approved(result.to, result.purpose);
      this.#emitCheck(checked, result.outcome, startedAt);
      return result;
    } catch (error) {
      this.#emitCheck(undefined, 'failed', startedAt);
      throw error;
    } finally {
      this.#deps.inFlight.end();
    }
  }

  async cancel(id: string): Promise<VerificationCancelResult> {
    const read = readId('verifications.cancel()', id);
    const deadline = this.#begin({});
    try {
      return await this.#deps.service.cancel(read, deadline);
    } finally {
      this.#deps.inFlight.end();
    }
  }

  async status(id: string): Promise<VerificationStatus> {
    const read = readId('verifications.status()', id);
    const deadline = this.#begin({});
    try {
      return await this.#deps.service.status(read, deadline);
    } finally {
      this.#deps.inFlight.end();
    }
  }

  /** Counts a call, whose end is to be counted as well, and says how long it may take. */
  #begin({ deadlineMs, signal }: Pick<VerificationStartRequest, 'deadlineMs' | 'signal'>): Deadline {
    const deadline = deadlineAfter(deadlineMs ?? this.#deps.deadlineMs, { signal });
    this.#deps.inFlight.begin();
    return deadline;
  }

  #emitCheck(checked: Checked | undefined, outcome: CheckEvent['outcome'], startedAt: number): void {
    const { events, guard } = this.#deps;
    const isHeard = events.hasListeners('check');
    const isApproved = guard !== undefined && outcome === 'approved';
    if (!isHeard && !isApproved) return;
    const challenged = checked?.challenged;
    const to = challenged && parsePhoneNumber(challenged.to);
    if (to !== undefined && isApproved) guard.approved(to);
    if (!isHeard) return;
    events.emit('check', {
      to: to && maskPhoneNumber(to),
      purpose: challenged?.purpose,
      outcome,
      durationMs: performance.now() - startedAt,
    });
  }
}

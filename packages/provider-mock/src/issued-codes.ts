import type { CheckOutcome, VerificationCheck } from '@polysms/core/provider-kit';

interface IssuedCode {
  readonly code: string;
  readonly reference: string;
  readonly expiresAt: number;
  checks: number;
}

/** The codes that a mock has issued, one for each phone: a new one replaces the older one. */
export class IssuedCodes {
  readonly #lifetimeMs: number;
  readonly #maxChecks: number;
  readonly #byPhone = new Map<string, IssuedCode>();

  constructor(options: { readonly codeLifetimeMs: number; readonly maxChecks: number }) {
    this.#lifetimeMs = options.codeLifetimeMs;
    this.#maxChecks = options.maxChecks;
  }

  issue(to: string, code: string, reference: string, now: number): void {
    this.#byPhone.set(to, { code, reference, expiresAt: now + this.#lifetimeMs, checks: 0 });
  }

  /** A phone that has no code, or whose code was approved before, gets `incorrect`, as from most vendors. */
  check(request: VerificationCheck, now: number): CheckOutcome {
    const to = request.to.e164;
    const issued = this.#byPhone.get(to);
    if (issued === undefined) return { outcome: 'incorrect' };
    if (request.reference !== undefined && request.reference !== issued.reference) return { outcome: 'incorrect' };
    if (now >= issued.expiresAt) return { outcome: 'expired' };
    if (issued.checks === this.#maxChecks) return { outcome: 'exhausted' };
    issued.checks += 1;
    if (request.code !== issued.code) return { outcome: 'incorrect', checksLeft: this.#maxChecks - issued.checks };
    this.#byPhone.delete(to);
    return { outcome: 'approved' };
  }

  clear(): void {
    this.#byPhone.clear();
  }
}

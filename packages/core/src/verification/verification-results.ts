import type { Attempt } from '../errors/sms-error.js';

/** Proof that a code is on its way. A plain value that survives JSON. */
export interface VerificationReceipt {
  /** Opaque. Keep it in the session of whoever asked for the code, and give it to `check`. */
  readonly id: string;
  /** The provider that took it. */
  readonly provider: string;
  /** When the code expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Milliseconds after which this phone may be sent another code at the earliest; other limits may say later. */
  readonly resendAfterMs: number;
  /** Every attempt, in order. */
  readonly attempts: readonly Attempt[];
}

/** What became of a code that somebody typed in. Wrong codes are results, not exceptions. */
export type VerificationCheckResult =
  | VerificationApproved
  /** The code is wrong. Providers that do not tell also call an expired code wrong. */
  | {
      readonly outcome: 'incorrect';
      /** Wrong codes that are left before it is exhausted; 0: ask for a new one. */
      readonly checksLeft: number;
    }
  /** The code was too old. A new one may be asked for. */
  | { readonly outcome: 'expired' }
  /** Too many wrong codes: not even the right one is accepted now. */
  | { readonly outcome: 'exhausted' }
  /** There is no such verification, or it has been approved or canceled. */
  | { readonly outcome: 'not-found' };

/** The code is right, and will not be accepted again. */
export interface VerificationApproved {
  readonly outcome: 'approved';
  /** The phone that was verified, in E.164. Trust this one, not what a form says. */
  readonly to: string;
  readonly purpose: string;
}

/** What `verifications.cancel()` answers. `not-found`: there is none that could still be approved. */
export interface VerificationCancelResult {
  readonly outcome: 'canceled' | 'not-found';
}

/** Where a verification stands. */
export type VerificationStatus =
  | {
      readonly state: 'pending';
      /** In milliseconds since 1970. */
      readonly expiresAt: number;
      readonly checksLeft: number;
    }
  | { readonly state: 'approved' | 'canceled' | 'expired' | 'exhausted' | 'not-found' };

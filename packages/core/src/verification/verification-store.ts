import type { Awaitable } from '../stores/ask-store.js';

/**
 * Keeps the codes that are under way, so that each is accepted at most once and guessed at most a few times.
 *
 * What belongs to one phone and purpose is a *subject*; it may have several challenges, one for each code that its
 * owner asked for. Every operation is atomic, over all processes that share the store, and concerns one subject. A
 * method that throws or rejects means that the store is down. Times are durations, measured by the store's own clock,
 * since the clocks of processes differ.
 */
export interface VerificationStore {
  /** Whether it is outside this process: then a pepper must be configured, the same for all processes. */
  readonly isShared: boolean;
  /**
   * Saves a challenge before anything is sent, with every code that may be. Opening the same id again changes
   * nothing and gives the same answer: a connection may repeat a command whose answer was lost.
   */
  open(challenge: NewChallenge): Awaitable<Opening>;
  /**
   * Says which of the codes may have been sent; the others can no longer be checked. Without any the challenge is
   * forgotten. Does nothing to a challenge that has ended meanwhile, or is not known.
   */
  settle(subject: string, id: string, sent: SentCodes): Awaitable<void>;
  /**
   * Compares a code with the local codes of some challenges, and accepts it or charges one check to each of them and
   * one failure to the subject. Codes that providers made are still to be asked for, with the check charged:
   * see {@link VerificationStore.conclude}. A check that is repeated with the same token is charged once.
   */
  check(check: StoreCheck): Awaitable<CheckStep>;
  /** Ends a check for which providers were asked. */
  conclude(conclusion: CheckConclusion): Awaitable<'approved' | 'refunded' | 'not-found'>;
  /** Ends a challenge; its codes are no longer accepted. False if it is not known, or has ended. */
  cancel(subject: string, id: string): Awaitable<boolean>;
  /** What is known of a subject: its challenges, oldest first, and how long no code of it will be accepted. */
  read(subject: string): Awaitable<SubjectState>;
  /**
   * Ends every challenge of a subject that has not ended, as canceled, and forgets its failures: a code of the same
   * phone and purpose was accepted under another subject. They have two while a pepper is replaced. Answers what
   * `read` would have answered just before.
   *
   * @param keepMs as for an approval: how long the challenges are remembered
   */
  end(subject: string, keepMs: number): Awaitable<SubjectState>;
}

/** A code that could be accepted. */
export type LiveCode = LocalCode | IssuedCode;

/** How long and how often a code may be checked. */
export interface CodeLimits {
  /** Checks at most, wrong or right. */
  readonly maxChecks: number;
  /** Milliseconds from the opening of the challenge. */
  readonly lifetimeMs: number;
}

/** A code of ours. */
export interface LocalCode extends CodeLimits {
  readonly kind: 'local';
  /** The code under the pepper; never the code. */
  readonly digest: string;
}

/** A code that a provider made, and that only this provider can check. */
export interface IssuedCode extends CodeLimits {
  readonly kind: 'issued';
  /** The provider's id. */
  readonly provider: string;
  /** The vendor's id of the verification, if it gave one. */
  readonly reference?: string | undefined;
}

/** A challenge that is about to be sent. */
export interface NewChallenge {
  /** Tells phones and purposes apart, and names neither. */
  readonly subject: string;
  /** Unique. */
  readonly id: string;
  /** E.164. Providers need it to check their codes. */
  readonly to: string;
  readonly purpose: string;
  /** Every code that may be sent; at least one, at most one of them local. */
  readonly codes: readonly LiveCode[];
  /** Failures over all codes of the subject after which none is accepted. */
  readonly maxFailures: number;
  /** Live challenges of a subject at most. Of twice as many the oldest that is not live is forgotten. */
  readonly maxLive: number;
  /** How long a challenge is remembered after its codes have expired, in milliseconds. */
  readonly keepMs: number;
}

/** What {@link VerificationStore.open} answers. */
export type Opening =
  /**
   * `previous`: the providers of the other challenges that are remembered and were not approved, the latest first, each
   * once. Those of a challenge that is not settled are the ones that make codes.
   */
  | { readonly state: 'opened'; readonly previous: readonly string[] }
  /**
   * Too many failures, or too many live challenges: nothing was saved, and nothing must be sent. `retryAfterMs`: until
   * the failures are forgotten, or until the first of the live challenges has expired.
   */
  | { readonly state: 'locked'; readonly reason: 'failures' | 'challenges'; readonly retryAfterMs: number };

/** What became of the sending of a challenge. */
export interface SentCodes {
  /** The codes that may have been sent. Their lifetimes count from the opening. */
  readonly codes: readonly LiveCode[];
  /** The providers that may have sent them, in the order of the attempts. */
  readonly providers: readonly string[];
}

/** One code that somebody typed in. */
export interface StoreCheck {
  readonly subject: string;
  /**
   * The challenges whose code it may be, one that comes twice counting once. For each the code as a digest, under every
   * pepper that is in use.
   */
  readonly guesses: readonly Guess[];
  /** What the code must be for, if the caller says: a challenge for another purpose is as good as unknown. */
  readonly purpose?: string | undefined;
  /** Names this check. */
  readonly token: string;
  readonly maxFailures: number;
  /** How long failures count, in milliseconds from the first. */
  readonly failureWindowMs: number;
  /** As for {@link NewChallenge.keepMs}: an approval is remembered for this long. */
  readonly keepMs: number;
  /**
   * Whether a wrong code is a failure of this subject. Default true. False if it has been counted under the other
   * subject of the same phone and purpose: one guess is one failure.
   */
  readonly countsFailure?: boolean | undefined;
}

export interface Guess {
  readonly id: string;
  readonly digests: readonly string[];
}

/** What a check has come to. `to` and `purpose` are those of the challenge. */
export type CheckStep =
  /** The code is right. Every challenge of the subject has ended, and its failures are forgotten. */
  | ({ readonly state: 'approved' } & Challenged)
  /**
   * The code is wrong. Nobody else could know it. `checksLeft`: the most that any challenge of the guesses has left of
   * codes that have not expired, and no more than failures are left.
   */
  | ({ readonly state: 'incorrect'; readonly checksLeft: number } & Challenged)
  /** No local code fits, and these providers are still to be asked, each once. The check is charged already. */
  | ({
      readonly state: 'ask';
      readonly issuers: readonly Issuer[];
      readonly checksLeft: number;
      /** Whether it was compared with a code of ours: then the charge stands, whatever the providers say. */
      readonly judged: boolean;
    } & Challenged)
  /** No code can be accepted. Nothing was charged. `exhausted` when any challenge or the subject is, else `expired`. */
  | ({ readonly state: 'expired' | 'exhausted' } & Challenged)
  /** None of the challenges is known, or all have ended. */
  | { readonly state: 'not-found' };

export interface Challenged {
  /** E.164. */
  readonly to: string;
  readonly purpose: string;
}

/** A provider that could know a code. */
export interface Issuer {
  /** The challenge. */
  readonly id: string;
  readonly provider: string;
  readonly reference?: string | undefined;
}

/** The end of a check for which providers were asked. */
export interface CheckConclusion {
  readonly subject: string;
  /** The same as in the check. */
  readonly token: string;
  /** The challenges of the guesses. */
  readonly ids: readonly string[];
  /**
   * `approved`: a provider accepted the code; every challenge of the subject ends, unless all of `ids` have ended
   * already. `refund`: nobody judged the code, so the check and the failure are given back.
   */
  readonly verdict: 'approved' | 'refund';
  readonly keepMs: number;
  /** The same as in the check. */
  readonly countsFailure?: boolean | undefined;
}

/** What {@link VerificationStore.read} answers. */
export interface SubjectState {
  readonly challenges: readonly ChallengeState[];
  /** Failures counted now. */
  readonly failures: number;
  /** Milliseconds until they are forgotten; 0 without any. */
  readonly failuresEndInMs: number;
}

/** One challenge, as it is now. */
export interface ChallengeState extends Challenged {
  readonly id: string;
  /** `pending`: a code may be accepted, as far as the challenge goes; the subject may be exhausted all the same. */
  readonly state: 'pending' | 'approved' | 'canceled' | 'expired' | 'exhausted';
  /** Checks that are left of its codes; 0 unless it is pending. */
  readonly checksLeft: number;
  /** Milliseconds until its last code expires; 0 unless it is pending. */
  readonly expiresInMs: number;
}

import type { VerificationCheck } from '../contract/messages.js';
import type { CheckOutcome } from '../contract/outcomes.js';
import type { CallContext } from '../contract/sms-provider.js';
import type { Attempt, SmsError } from '../errors/sms-error.js';
import type { PhoneNumber } from '../phone/phone-number.js';

/** What verification needs of whoever sends messages. */
export interface SmsSender {
  /**
   * Who could send a verification to this phone.
   *
   * @throws SmsError `no_route`, `unsupported_message`, or `invalid_request` for a `via` that names nobody
   */
  plan(request: VerificationRequest): VerificationPlan;
  /** Has a provider check a code that it made. Undefined if there is no such provider any more. Never rejects. */
  check(provider: string, check: VerificationCheck, context: CallContext): Promise<CheckOutcome> | undefined;
}

/** A verification that is to be sent. */
export interface VerificationRequest {
  readonly to: PhoneNumber;
  /** For events. */
  readonly purpose: string;
  /** BCP 47. */
  readonly locale?: string | undefined;
  /** What carries a code of ours, with `{code}` in the place of the code. */
  readonly message: LocalMessage;
  /** Ids of providers, in order, instead of the routes. */
  readonly via?: readonly string[] | undefined;
}

/** How a code of ours is sent: in words, or by the name of a template that has the parameter `code`. */
export type LocalMessage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'template'; readonly template: string };

/** The providers that can send a verification, ready to be asked. */
export interface VerificationPlan {
  /** At least one. */
  readonly carriers: readonly Carrier[];
  /** Asks one after the other until one takes it or it is no longer useful to go on. Never rejects. */
  send(order: SendOrder): Promise<SentVerification>;
}

/** A provider that can send a verification. */
export interface Carrier {
  readonly provider: string;
  /** `issued`: it makes the code, and checks it. `local`: it carries a code of ours. */
  readonly codes: 'issued' | 'local';
  /** Of a code that it makes, if the provider says. */
  readonly maxChecks?: number | undefined;
  readonly lifetimeMs?: number | undefined;
}

export interface SendOrder {
  /** Our code, the same for every carrier of local codes. Undefined if there are none. */
  readonly code: string | undefined;
  /** What `{minutes}` stands for in the message. */
  readonly minutes: number;
  /** Providers that come last: they have just failed to reach this phone. */
  readonly avoid: readonly string[];
  readonly context: CallContext;
}

/** What became of it. */
export interface SentVerification {
  readonly attempts: readonly Attempt[];
  /** Of each provider that may have sent a code, in the order of the attempts. */
  readonly sent: readonly SentBy[];
  /** Why no provider took it; undefined if one did. */
  readonly error: SmsError | undefined;
}

export interface SentBy {
  readonly provider: string;
  /** The vendor's id of the verification, if it gave one. */
  readonly reference: string | undefined;
}

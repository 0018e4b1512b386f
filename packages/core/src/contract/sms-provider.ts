import type { CallContext } from './call-context.js';
import type { MessageLookup } from './lookup.js';
import type { OutboundMessage, VerificationCheck, VerificationStart } from './messages.js';
import type { CheckOutcome, SendOutcome } from './outcomes.js';
import type { ProviderEvents } from './provider-events.js';
import type { ProviderWebhooks } from './webhooks.js';

/**
 * One account with one vendor. `docs/providers.md` shows how to write one, and `@polysms/conformance` proves it.
 *
 * Outcomes are values: a provider never throws for a failure. It calls its vendor once for each call, never
 * repeats a request by itself, and settles by the deadline.
 */
export interface SmsProvider {
  /** The version of this contract. */
  readonly specification: 'v1';
  /** This account, as routes, errors and events name it: `mob`, `mob-backup`. Unique within a client. */
  readonly id: string;
  /** What {@link SmsProvider.send} takes. Anything else is answered `not-sent` with `unsupported_message`. */
  readonly sends: SendCapabilities;
  /** Hands one message to the vendor. */
  send(message: OutboundMessage, context: CallContext): Promise<SendOutcome>;
  /** Codes that the vendor makes and checks itself; null if it does not. Required, so that a wrapper cannot forget it. */
  readonly verification: IssuedVerification | null;
  /** What the vendor tells by calling us: reports, inbound messages. Null if it does not. */
  readonly webhooks: ProviderWebhooks | null;
  /** The same over a connection of our own (SMPP). Null if there is none. */
  readonly events: ProviderEvents | null;
  /** How to ask what became of a message. Null if nobody answers that. */
  readonly lookup: MessageLookup | null;
  /** Lets calls in flight settle, then frees sockets and timers. Later calls are answered `not-sent`. May be called twice. */
  close(): Promise<void>;
}

/** What a provider sends. All keys are required, so that a wrapper cannot forget one. */
export interface SendCapabilities {
  readonly text: boolean;
  readonly template: boolean;
  /** Whether it hands the sender ID of a text to the vendor. If not, a text with one goes to another provider. */
  readonly senderId: boolean;
}

/** Codes that the provider makes, sends and checks (Mob, Twilio Verify). */
export interface IssuedVerification {
  /** Has a code made and sent. */
  start(request: VerificationStart, context: CallContext): Promise<SendOutcome>;
  /** Has a code checked, once: most vendors count every check and consume a right code. */
  check(request: VerificationCheck, context: CallContext): Promise<CheckOutcome>;
  /** What the vendor allows for one code, if it says. Without it the client's own limits count. */
  readonly limits?: IssuedCodeLimits | undefined;
}

/** How long and how often a vendor checks a code. */
export interface IssuedCodeLimits {
  /** Checks, wrong or right, after which the code is dead. */
  readonly maxChecks?: number | undefined;
  /** Milliseconds from the start. */
  readonly lifetimeMs?: number | undefined;
}

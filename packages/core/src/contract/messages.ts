import type { PhoneNumber } from '../phone/phone-number.js';

/** What a provider is asked to send. `SmsProvider.sends` says which kinds it takes. */
export type OutboundMessage = TextMessage | TemplateMessage;

/** What every message has. */
export interface MessageEnvelope {
  /**
   * Our id of the message, a UUID of version 7. Hand it to the vendor wherever the vendor repeats it in its reports or
   * lists: only then can a report be told apart that comes before the answer.
   */
  readonly id: string;
  readonly to: PhoneNumber;
  /**
   * How long the message is worth anything, in milliseconds, more than 0. Tell the vendor, rounded down to what it
   * takes: a code must not arrive after it has expired. Without it the vendor's own time counts.
   */
  readonly validForMs?: number | undefined;
  /** Where the vendor is to send its reports, for vendors that are told with each message. */
  readonly reportUrl?: string | undefined;
}

/** A message whose words are given. */
export interface TextMessage extends MessageEnvelope {
  readonly kind: 'text';
  readonly text: string;
  /** The sender: a phone number, a short code or an alphanumeric name. Only for providers whose `sends.senderId` is true. */
  readonly senderId?: string | undefined;
}

/** A message that the vendor renders from a template that it has approved. */
export interface TemplateMessage extends MessageEnvelope {
  readonly kind: 'template';
  /** The vendor's own id of the template. */
  readonly template: string;
  /** The template's parameters. Vendors that number theirs take them in this order; the others by name. */
  readonly params: readonly TemplateParam[];
  /** The vendor's signature (the bracketed sender name in China), if it is not part of the template. */
  readonly signature?: string | undefined;
}

/** One value for a template. */
export interface TemplateParam {
  readonly name: string;
  readonly value: string;
}

/** A request that the provider make a code and send it. */
export interface VerificationStart {
  /** Our id of the message that carries the code, as in {@link MessageEnvelope}. */
  readonly id: string;
  readonly to: PhoneNumber;
  /** A BCP 47 language tag in its canonical form, if the vendor has its messages in several languages. */
  readonly locale?: string | undefined;
}

/** A code that a person typed in. */
export interface VerificationCheck {
  readonly to: PhoneNumber;
  /** As it was meant: without the blanks, hyphens and full stop that were typed, in ASCII's digits. */
  readonly code: string;
  /** `Accepted.reference` of the start, for vendors that name their verifications. */
  readonly reference?: string | undefined;
}

import type { PhoneNumber } from '../phone/phone-number.js';

/** What a provider is asked to send. `SmsProvider.sends` says which kinds it takes. */
export type OutboundMessage = TextMessage | TemplateMessage;

/** A message whose words are given. */
export interface TextMessage {
  readonly kind: 'text';
  readonly to: PhoneNumber;
  readonly text: string;
  /** The sender: a phone number, a short code or an alphanumeric name. Only for providers whose `sends.senderId` is true. */
  readonly senderId?: string | undefined;
}

/** A message that the vendor renders from a template that it has approved. */
export interface TemplateMessage {
  readonly kind: 'template';
  readonly to: PhoneNumber;
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

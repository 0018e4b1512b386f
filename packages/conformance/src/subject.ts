import type { MessageEnvelope, SmsProvider, TemplateMessage, TextMessage } from '@polysms/core/provider-kit';
import type { EventsSubject, LookupSubject, WebhookSubject } from './reporting-subjects.js';
import type { Situation } from './situations.js';

/**
 * A fresh provider together with the environment that it talks to: a simulator or a fake server of the vendor.
 * The environment has no limits on how much one phone is sent, and nothing of it is shared with another subject.
 */
export interface ConformanceSubject {
  readonly provider: SmsProvider;
  /** A phone number in E.164 that the environment accepts. */
  readonly recipient: string;
  /** A second one, so that calls for one phone are told from calls for another. Of another country if there are several. */
  readonly otherRecipient: string;
  /**
   * Every credential that the provider was given, each a made-up value of at least 8 characters that appears nowhere
   * else. They must never be seen in an outcome.
   */
  readonly secrets: readonly string[];
  /** A message that the environment accepts, of every kind that the provider sends. */
  readonly samples: Samples;
  /**
   * What phones received, oldest first. Asynchronous environments first finish the requests that have reached them.
   */
  received(): readonly ReceivedMessage[] | Promise<readonly ReceivedMessage[]>;
  /**
   * How many requests of `send()`, `start()` and `check()` have reached the vendor, whatever became of them. Requests
   * that log in are left out. An environment that cannot tell declares the difference `requestsNotCounted`.
   */
  requests?(): number | Promise<number>;
  /** Decides how the next request ends, which comes from `operation`. It may hold for all later requests as well. */
  arrange(situation: Situation, operation: 'send' | 'start' | 'check'): void | Promise<void>;
  /** Makes the vendor refuse the next request, which comes from `operation`, in these words. */
  refuseWith(refusal: VendorRefusal, operation: 'send' | 'start' | 'check'): void | Promise<void>;
  /**
   * From now on nothing can be written: connections hang before their TLS handshake, or wait for a free socket. For
   * providers with the capability `writeBy`.
   */
  stallWrites?(): void | Promise<void>;
  /** How the vendor calls the app. For providers with the capability `webhooks`. */
  readonly webhooks?: WebhookSubject | undefined;
  /** How the vendor talks over a connection of the provider. For providers with the capability `events`. */
  readonly events?: EventsSubject | undefined;
  /** What the vendor knows of messages. For providers with the capability `lookup`. */
  readonly lookup?: LookupSubject | undefined;
  /** Closes the provider, which a test may have done before, and takes the environment down. */
  close(): void | Promise<void>;
}

/** How a vendor refuses. */
export interface VendorRefusal {
  /**
   * The vendor's own error code, one that it has never documented; undefined: one that it has documented. A vendor
   * that gives only sentences leaves it out.
   */
  readonly code?: string | undefined;
  /**
   * The vendor's sentence, to stand where its answers have one. It repeats the credential, the phone number, the text
   * and the code of the call, as some vendors' sentences do: none of it may get into an outcome.
   */
  readonly sentence: string;
}

/** Messages that the environment accepts. */
export interface Samples {
  /** With a text of at least 6 characters, so that a leak of it can be told from chance. */
  readonly text?: TextSample | undefined;
  /**
   * With at least two parameters, each of which takes any value of up to 10 characters. With one, if the vendor's
   * templates have no more and the difference `singleTemplateParameter` says so.
   */
  readonly template?: TemplateSample | undefined;
  /** A sender ID, if the provider takes one: not the one that the vendor puts by itself. */
  readonly senderId?: string | undefined;
}

/** A text without its recipient and sender. */
export type TextSample = Omit<TextMessage, keyof MessageEnvelope | 'kind' | 'senderId'>;
/** A template with its values, without its recipient. */
export type TemplateSample = Omit<TemplateMessage, keyof MessageEnvelope | 'kind'>;

/** A message as the vendor delivered it. */
export type ReceivedMessage = ReceivedText | ReceivedTemplate | ReceivedVerification;

/** What the vendor was told of a message. */
interface Told {
  /** Our id of the message; undefined if the vendor was not given it. */
  readonly id?: string | undefined;
  /** How long the message is worth anything, in milliseconds; undefined if the vendor was not told. */
  readonly validForMs?: number | undefined;
}

/** A text as the phone shows it. */
export interface ReceivedText extends Told {
  readonly kind: 'text';
  /** The phone's number in E.164. */
  readonly to: string;
  readonly text: string;
  /** The sender ID that the vendor was given; undefined if it was given none. */
  readonly senderId?: string | undefined;
}

/** A template that was rendered, by its values. */
export interface ReceivedTemplate extends Told {
  readonly kind: 'template';
  /** The phone's number in E.164. */
  readonly to: string;
  /** The vendor's id of the template. */
  readonly template: string;
  /** The values of the parameters, in the order of the sample's. */
  readonly values: readonly string[];
}

/** A code that the vendor made and sent. */
export interface ReceivedVerification extends Told {
  readonly kind: 'verification';
  /** The phone's number in E.164. */
  readonly to: string;
  readonly code: string;
}

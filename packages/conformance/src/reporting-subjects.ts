import type { ProviderEvent, WebhookRequest } from '@polysms/core/provider-kit';
import type { Situation } from './situations.js';

/** How the environment calls the provider, as the vendor calls an app. For the capability `webhooks`. */
export interface WebhookSubject {
  /** A genuine request that tells these events, signed at `at`, in milliseconds since 1970. */
  signed(events: readonly ProviderEvent[], at: number): WebhookRequest | Promise<WebhookRequest>;
  /** A genuine request that says these bytes instead: proven, and not to be read. In an envelope they are what is in it. */
  signedBody(body: Uint8Array, at: number): WebhookRequest | Promise<WebhookRequest>;
  /**
   * The same request with another signature in the place of its own, wherever that stands; undefined takes it out. A
   * vendor that signs nothing has its secret there.
   */
  replaceSignature(
    request: WebhookRequest,
    replace: (signature: string) => string | undefined,
  ): WebhookRequest | Promise<WebhookRequest>;
  /**
   * The same request with another time in the place of the signed one, and its signature as it was. Not needed with the
   * difference `timeNotSigned`.
   */
  replaceTime?(request: WebhookRequest, at: number): WebhookRequest | Promise<WebhookRequest>;
  /** The vendor's id of a message, another one each time, if those of this vendor have a form. Default: a UUID. */
  newReference?(): string;
}

/** How the environment tells events over the provider's own connection. For the capability `events`. */
export interface EventsSubject {
  /**
   * Has the vendor tell an event, once the provider is connected. Resolves when the vendor knows what became of it:
   * `taken` if it was told that the event has arrived, `refused` if it was told that it has not, or the connection ended.
   */
  deliver(event: ProviderEvent): Promise<'taken' | 'refused'>;
  /** Has the vendor tell something that nobody can read. Resolves when it is on its way. */
  deliverGarbage(): void | Promise<void>;
  /** Lets the time come at which the vendor repeats what has not arrived. */
  repeat(): void | Promise<void>;
  /** As in {@link WebhookSubject.newReference}. */
  newReference?(): string;
}

/** What the vendor knows, and when it says so. For the capability `lookup`. */
export interface LookupSubject {
  /** Whether the vendor has taken the message with this id of ours. */
  vendorTook(id: string): boolean | Promise<boolean>;
  /** The clock of the provider and of the vendor, in milliseconds since 1970. */
  now(): number;
  /** Moves that clock forward. */
  advance(ms: number): void | Promise<void>;
  /** Decides how the next look-up ends, as `arrange` does for the other calls. */
  arrange(situation: Situation): void | Promise<void>;
}

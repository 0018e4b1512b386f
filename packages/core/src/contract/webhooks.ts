import type { Deadline } from './deadline.js';
import type { ProviderEvent } from './provider-events.js';

/** Requests by which the vendor tells us what happened. */
export interface ProviderWebhooks {
  /**
   * Proves who sent a request, over the raw bytes and the URL, and only then reads it. Stores nothing and tells nobody:
   * the client does, and answers the vendor when it has. Never rejects.
   */
  read(request: WebhookRequest, context: WebhookContext): Promise<WebhookReading>;
}

/** A request of a vendor, as it arrived. */
export interface WebhookRequest {
  /** In capitals: `POST`. */
  readonly method: string;
  /** As the vendor has it configured, with `https`, host, path and query: vendors sign it. */
  readonly url: string;
  readonly headers: Headers;
  /** The bytes as they came. Vendors sign them: parse a copy, and never write them anew. */
  readonly body: Uint8Array;
}

/** What a reading must respect. */
export interface WebhookContext {
  /** When the reading must have settled: vendors wait for seconds, and then repeat. */
  readonly deadline: Deadline;
  /** Milliseconds since 1970, to compare signed times with. */
  readonly now: number;
  /** How far a signed time may be from `now`, in milliseconds, in either direction. */
  readonly toleranceMs: number;
}

/** What a request is. */
export type WebhookReading =
  | {
      readonly outcome: 'verified';
      /** None for a status that tells nothing, or a vendor's test request. */
      readonly events: readonly ProviderEvent[];
      /** What the vendor wants to hear when the events are stored. */
      readonly reply: WebhookReply;
    }
  | {
      readonly outcome: 'rejected';
      /** `signature`: the sender is not proven. `stale`: signed too long ago. `malformed`: proven, but not to be read. */
      readonly reason: 'signature' | 'stale' | 'malformed';
      /** What was wrong, for a developer: nothing that came with the request. */
      readonly message: string;
      readonly reply: WebhookReply;
    };

/** An answer to a vendor. */
export interface WebhookReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

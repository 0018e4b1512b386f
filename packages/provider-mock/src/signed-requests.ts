import type { DeliveryReport, InboundMessage, ProviderEvent } from '@polysms/core/provider-kit';
import { signatureHeaders, signatureOf } from './signature.js';

/** What {@link signedReport} and {@link signedInbound} take. */
export interface SignedRequestOptions<Event extends ProviderEvent> {
  /** `webhooks.secret` of the mock that is to believe the request. */
  readonly secret: string;
  /** The URL of the app's webhook, as the client has it configured, with scheme and host. */
  readonly url: string;
  /** What the vendor tells, such as what `report()` and `reply()` of the mock return. */
  readonly events: readonly Event[];
  /** When the vendor signs, in milliseconds since 1970. Default: now. */
  readonly at?: number | undefined;
}

/** A request by which the mock vendor tells what became of messages. */
export function signedReport(options: SignedRequestOptions<DeliveryReport>): Request {
  return signedRequest(options);
}

/** A request by which the mock vendor tells what people have written. */
export function signedInbound(options: SignedRequestOptions<InboundMessage>): Request {
  return signedRequest(options);
}

function signedRequest({ secret, url, events, at = Date.now() }: SignedRequestOptions<ProviderEvent>): Request {
  // As a server will see it.
  const { href } = new URL(url);
  const body = Buffer.from(JSON.stringify(events));
  const timestamp = String(at);
  return new Request(href, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [signatureHeaders.timestamp]: timestamp,
      [signatureHeaders.signature]: signatureOf({ timestamp, url: href, body }, secret),
    },
    body,
  });
}

import { createHmac } from 'node:crypto';
import type { ProviderEvent, WebhookRequest } from '@polysms/core/provider-kit';

/** What a signature covers, in pieces that follow each other. */
type Signed = (time: string, url: string, body: Uint8Array) => readonly (string | Uint8Array)[];

/** How the memory vendor proves that a request is its own. Deliberately wrong vendors and providers change it. */
export class MemorySigning {
  readonly secret = 'canary-hook-77aa';
  signed: Signed = (time, url, body) => [time, '\n', url, '\n', body];
  /** Whether the secret itself comes with the request, and nothing is signed. */
  sendsSecret = false;
  /** Whether the time of a request says anything. */
  hasTime = true;
  eventsPerRequest = Number.POSITIVE_INFINITY;
  tellsInbound = true;

  signatureOf(time: string, url: string, body: Uint8Array): string {
    if (this.sendsSecret) return this.secret;
    const hmac = createHmac('sha256', this.secret);
    for (const piece of this.signed(time, url, body)) hmac.update(piece);
    return hmac.digest('base64');
  }

  request(body: Uint8Array, at: number): WebhookRequest {
    const url = 'https://app.example/webhooks/memory?tenant=7';
    const time = String(at / 1000);
    const signature = this.signatureOf(time, url, body);
    return { method: 'POST', url, headers: new Headers({ time, signature, 'content-type': 'application/json' }), body };
  }

  tell(events: readonly ProviderEvent[], at: number): WebhookRequest {
    if (!this.tellsInbound && events.some(({ kind }) => kind === 'inbound')) throw new Error('The vendor tells none.');
    if (events.length > this.eventsPerRequest) throw new Error('The vendor tells one at a time.');
    return this.request(new TextEncoder().encode(JSON.stringify({ events })), at);
  }
}

/** The same request with another header; undefined takes it out. */
export function withHeader(request: WebhookRequest, name: string, value: string | undefined): WebhookRequest {
  const headers = new Headers(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}

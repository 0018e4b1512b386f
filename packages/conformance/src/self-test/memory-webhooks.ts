import { timingSafeEqual } from 'node:crypto';
import type { ProviderEvent, ProviderWebhooks, WebhookReading, WebhookRequest } from '@polysms/core/provider-kit';
import { demandWellFormedEvent } from '../well-formed-event.js';
import type { MemorySigning } from './memory-signing.js';

/** Whether a signature is the right one. */
export type Comparison = (given: Uint8Array, right: Uint8Array) => boolean;

const inConstantTime: Comparison = (given, right) => given.length === right.length && timingSafeEqual(given, right);

/** Webhooks as a provider has them whose vendor signs time, URL and body. */
export function memoryWebhooks(signing: MemorySigning, compare = inConstantTime): ProviderWebhooks {
  return {
    async read(request, { now, toleranceMs }) {
      const time = request.headers.get('time') ?? '';
      const given = request.headers.get('signature') ?? '';
      const right = signing.signatureOf(time, request.url, request.body);
      if (!compare(Buffer.from(given), Buffer.from(right))) return rejected('signature', 401);
      if (signing.hasTime && !(Math.abs(now - Number(time) * 1000) <= toleranceMs)) return rejected('stale', 403);
      return readProven(request);
    },
  };
}

/** Reads a request without a look at who sent it. */
export function readProven({ method, body }: WebhookRequest): WebhookReading {
  if (method !== 'POST') return rejected('malformed', 405);
  const events = eventsOf(body);
  return events === undefined ? rejected('malformed', 400) : { outcome: 'verified', events, reply: { status: 204 } };
}

function eventsOf(body: Uint8Array): readonly ProviderEvent[] | undefined {
  try {
    const { events } = JSON.parse(new TextDecoder().decode(body)) as { readonly events: readonly ProviderEvent[] };
    for (const event of events) demandWellFormedEvent('The vendor', event);
    return events;
  } catch {
    return undefined;
  }
}

function rejected(reason: 'signature' | 'stale' | 'malformed', status: number): WebhookReading {
  return { outcome: 'rejected', reason, message: 'The request is not to be believed.', reply: { status } };
}

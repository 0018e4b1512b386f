import type { ProviderWebhooks, WebhookContext, WebhookReading, WebhookRequest } from '@polysms/core/provider-kit';
import { readEvents } from './event-schema.js';
import { isSignatureOf, signatureHeaders } from './signature.js';

/** Reads requests that the mock vendor has signed with this secret: see `signedReport()`. */
export function mockWebhooks(secret: string): ProviderWebhooks {
  return Object.freeze({
    read: async (request: WebhookRequest, context: WebhookContext) => readingOf(request, context, secret),
  });
}

function readingOf(
  { method, url, headers, body }: WebhookRequest,
  { now, toleranceMs }: WebhookContext,
  secret: string,
): WebhookReading {
  const timestamp = headers.get(signatureHeaders.timestamp) ?? '';
  const signature = headers.get(signatureHeaders.signature) ?? '';
  if (!/^\d{1,15}$/.test(timestamp) || !isSignatureOf({ timestamp, url, body }, signature, secret)) {
    return rejected('signature', 401, 'The signature of the request is missing or wrong.');
  }
  if (Math.abs(now - Number(timestamp)) > toleranceMs) {
    return rejected('stale', 403, 'The request was signed too long ago, or by a clock that is fast.');
  }
  if (method !== 'POST') return rejected('malformed', 405, 'The request is no POST.');
  const events = readEvents(body);
  if (events === undefined) return rejected('malformed', 400, 'The body is no JSON array of events.');
  return { outcome: 'verified', events, reply: { status: 200 } };
}

function rejected(reason: 'signature' | 'stale' | 'malformed', status: number, message: string): WebhookReading {
  return { outcome: 'rejected', reason, message, reply: { status } };
}

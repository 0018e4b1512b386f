import type { WebhookReading, WebhookReply } from '../contract/webhooks.js';

type Rejected = Extract<WebhookReading, { readonly outcome: 'rejected' }>;

/** An answer to a vendor. @param contentType of the body, if there is one */
export function webhookReply(status: number, body?: string, contentType = 'text/plain; charset=utf-8'): WebhookReply {
  return body === undefined ? { status } : { status, headers: { 'content-type': contentType }, body };
}

/**
 * The reading of a request that is refused.
 *
 * @param message what was wrong, for a developer: nothing that came with the request
 * @param status 4xx or 5xx; many vendors repeat a request after a 5xx only. Default: 400 for `malformed`, else 403
 */
export function rejected(
  reason: Rejected['reason'],
  message: string,
  status = reason === 'malformed' ? 400 : 403,
): Rejected {
  return { outcome: 'rejected', reason, message, reply: { status } };
}

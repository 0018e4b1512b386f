import type {
  ProviderEvent,
  ProviderWebhooks,
  WebhookContext,
  WebhookReading,
  WebhookRequest,
} from '@polysms/core/provider-kit';
import type { Alter } from '../memory-subject.js';

type Read = ProviderWebhooks['read'];

/** Alters `webhooks.read()` only; `right` is the correct one. */
export function reading(
  read: (right: Read, request: WebhookRequest, context: WebhookContext) => Promise<WebhookReading>,
): Alter {
  return (right) => {
    const { webhooks } = right;
    if (webhooks === null) throw new Error('Only a provider with webhooks can be altered so.');
    return { ...right, webhooks: { read: (request, context) => read(webhooks.read, request, context) } };
  };
}

/** Changes what `read()` returns. */
export const answering = (change: (reading: WebhookReading, request: WebhookRequest) => WebhookReading): Alter =>
  reading(async (right, request, context) => change(await right(request, context), request));

/** Changes the events of what is proven. */
export const giving = (change: (events: readonly ProviderEvent[]) => readonly ProviderEvent[]): Alter =>
  answering((read) => (read.outcome === 'verified' ? { ...read, events: change(read.events) } : read));

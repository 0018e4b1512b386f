import { createHmac } from 'node:crypto';
import type { ProviderEvent } from '../contract/provider-events.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { ProviderWebhooks, WebhookReading, WebhookRequest } from '../contract/webhooks.js';
import { notSent } from '../provider-kit/outcomes.js';
import { rejected, webhookReply } from '../provider-kit/webhook-answers.js';
import { hmacEquals, isStale } from '../provider-kit/webhook-proof.js';
import { withWebhookDefaults } from './webhook-options.js';
import { ClientWebhooks, type WebhooksDeps } from './webhooks.js';

/** When everything happens here. */
export const nowMs = 1_700_000_000_000;

export const secret = 'an-acme-secret-of-32-characters!';

export const publicUrl = 'https://app.example/sms';

export const report = { kind: 'report', reference: 'ref-1', state: 'delivered' } as const;

/** A provider that does nothing but read webhooks. */
export function reader(id: string, read: ProviderWebhooks['read'] | null): SmsProvider {
  const nothing = async () => notSent('invalid_request', 'This provider only reads.');
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: false },
    send: nothing,
    verification: null,
    webhooks: read === null ? null : { read },
    events: null,
    lookup: null,
    close: async () => {},
  };
}

/** A provider that reads whatever it is asked as this. */
export function answering(id: string, reading: unknown): SmsProvider {
  return reader(id, async () => reading as WebhookReading);
}

/** A reading of events that are what they should be. */
export function verified(...events: readonly ProviderEvent[]): WebhookReading {
  return { outcome: 'verified', events, reply: webhookReply(204) };
}

/** The provider of a vendor that signs `time.url.body` by HMAC-SHA256, and sends events as JSON. */
export function acme(id = 'acme'): SmsProvider {
  return reader(id, async (request, context) => {
    const time = request.headers.get('x-acme-time') ?? '';
    const signed = [`${time}.${request.url}.`, request.body];
    const signature = request.headers.get('x-acme-signature');
    if (!hmacEquals({ algorithm: 'sha256', secret, signed, signature, encoding: 'hex' })) {
      return rejected('signature', 'The signature is not one of this secret.');
    }
    if (isStale(Number(time), context)) return rejected('stale', 'The time is too far from now.');
    const reply = webhookReply(200, '{"ok":true}', 'application/json');
    return { outcome: 'verified', events: JSON.parse(Buffer.from(request.body).toString()), reply };
  });
}

/** The headers by which Acme signs. */
export function signature(url: string, body: string | Uint8Array, at = nowMs): Record<string, string> {
  const hmac = createHmac('sha256', secret).update(`${at}.${url}.`).update(body);
  return { 'x-acme-time': String(at), 'x-acme-signature': hmac.digest('hex') };
}

/** A request as Acme sends it. */
export function signed(events: unknown, { url = `${publicUrl}/acme`, at = nowMs } = {}): Request {
  const body = JSON.stringify(events);
  return new Request(url, { method: 'POST', body, headers: signature(url, body, at) });
}

/** Webhooks over providers, and what they told. */
export function webhooksOver(
  providers: readonly SmsProvider[],
  {
    options,
    ...deps
  }: Omit<Partial<WebhooksDeps>, 'options'> & { options?: Parameters<typeof withWebhookDefaults>[0] } = {},
) {
  const told: (readonly [provider: string, event: ProviderEvent])[] = [];
  const webhooks = new ClientWebhooks({
    providers: new Map(providers.map((provider) => [provider.id, provider])),
    sink: async (...event) => void told.push(event),
    inFlight: { begin() {}, end() {} },
    now: () => nowMs,
    options: withWebhookDefaults({ publicUrl, deadlineMs: 60_000, ...options }),
    ...deps,
  });
  return { webhooks, told };
}

/** A provider that says what it was asked. */
export function listening(id: string) {
  const asked: WebhookRequest[] = [];
  const provider = reader(id, async (request) => {
    asked.push(request);
    return verified();
  });
  return { provider, asked };
}

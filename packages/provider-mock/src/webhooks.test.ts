import { createHmac } from 'node:crypto';
import { deadlineAfter, type ProviderEvent, type WebhookReading } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { mock } from './mock.js';
import { signedInbound, signedReport } from './signed-requests.js';

const secret = 'canary-secret-19c4';
const url = 'https://app.example/webhooks/mock?a=1';
const now = Date.UTC(2030, 0, 15);
const report = { kind: 'report', reference: 'mock-1', to: '+8613800138000', state: 'delivered' } as const;
const inbound = { kind: 'inbound', from: '+8613800138000', to: '10690', text: 'Stop 好' } as const;

interface Changes {
  readonly url?: string;
  readonly method?: string;
  readonly body?: string;
  readonly now?: number;
  readonly secret?: string;
}

async function read(request: Request, changes: Changes = {}): Promise<WebhookReading> {
  const { webhooks } = mock({ webhooks: { secret: changes.secret ?? secret } });
  if (webhooks === null) throw new Error('This mock reads no webhooks.');
  const body = new Uint8Array(await request.arrayBuffer());
  return webhooks.read(
    {
      method: changes.method ?? request.method,
      url: changes.url ?? request.url,
      headers: request.headers,
      body: changes.body === undefined ? body : new TextEncoder().encode(changes.body),
    },
    { deadline: deadlineAfter(1000), now: changes.now ?? now, toleranceMs: 300_000 },
  );
}

/** A request whose body holds what no builder writes. */
function signed(body: string): Request {
  const signature = createHmac('sha256', secret).update(`${now}.${url}.${body}`).digest('hex');
  return new Request(url, {
    method: 'POST',
    headers: { 'mock-timestamp': String(now), 'mock-signature': signature },
    body,
  });
}

describe('webhooks', () => {
  it('are null unless they have a secret', () => {
    expect(mock().webhooks).toBeNull();
    expect(mock({ webhooks: false }).webhooks).toBeNull();
  });

  it('read what signedReport() and signedInbound() have signed', async () => {
    const events: readonly (readonly [Request, ProviderEvent])[] = [
      [signedReport({ secret, url, events: [report], at: now }), report],
      [signedInbound({ secret, url, events: [inbound], at: now }), inbound],
    ];
    for (const [request, event] of events) {
      expect(await read(request)).toEqual({ outcome: 'verified', events: [event], reply: { status: 200 } });
    }
  });

  it('sign the time of the machine by default', async () => {
    const request = signedReport({ secret, url, events: [] });
    expect(await read(request, { now: Date.now() })).toMatchObject({ outcome: 'verified', events: [] });
  });

  it('sign a URL as a server will see it', async () => {
    const request = signedReport({ secret, url: 'https://APP.example:443', events: [report], at: now });
    expect(await read(request, { url: 'https://app.example/' })).toMatchObject({ outcome: 'verified' });
  });

  it.each<[string, Changes]>([
    ['body', { body: '[]' }],
    ['URL', { url: `${url}0` }],
    ['secret', { secret: `${secret}0` }],
  ])('reject another %s', async (_, changes) => {
    const request = signedReport({ secret, url, events: [report], at: now });
    expect(await read(request, changes)).toMatchObject({
      outcome: 'rejected',
      reason: 'signature',
      reply: { status: 401 },
    });
  });

  it.each([
    ['mock-timestamp', ''],
    ['mock-timestamp', `${now}0`],
    ['mock-timestamp', '1e12'],
    ['mock-signature', ''],
    ['mock-signature', 'ab'],
    ['mock-signature', 'é'.repeat(32)],
    ['mock-signature', '0'.repeat(64)],
  ])('reject a request whose %s is "%s"', async (name, value) => {
    const request = signedReport({ secret, url, events: [report], at: now });
    request.headers.set(name, value);
    expect(await read(request)).toMatchObject({ outcome: 'rejected', reason: 'signature' });
  });

  it('reject what was signed too long ago, or will be', async () => {
    const readAt = (ms: number) => read(signedReport({ secret, url, events: [report], at: now + ms }));
    expect(await readAt(-300_000)).toMatchObject({ outcome: 'verified' });
    expect(await readAt(300_000)).toMatchObject({ outcome: 'verified' });
    expect(await readAt(-300_001)).toMatchObject({ outcome: 'rejected', reason: 'stale', reply: { status: 403 } });
    expect(await readAt(300_001)).toMatchObject({ outcome: 'rejected', reason: 'stale' });
  });

  it('take nothing but POST', async () => {
    const request = signedReport({ secret, url, events: [report], at: now });
    expect(await read(request, { method: 'PUT' })).toMatchObject({ reason: 'malformed', reply: { status: 405 } });
  });

  it.each([
    '',
    '{}',
    'null',
    '[null]',
    '[{"kind":"report","state":"delivered"}]',
    '[{"kind":"report","reference":"","state":"delivered"}]',
    '[{"kind":"report","reference":"a"}]',
    '[{"kind":"inbound","from":"138","to":"a","text":"b"}]',
    '[{"kind":"news"}]',
  ])('call what is proven and no list of events malformed: %s', async (body) => {
    expect(await read(signed(body))).toMatchObject({
      outcome: 'rejected',
      reason: 'malformed',
      reply: { status: 400 },
    });
  });

  it('take a status that nobody knows for queued', async () => {
    const reading = await read(signed('[{"kind":"report","id":"a","state":"toString","more":1}]'));
    expect(reading).toMatchObject({ events: [{ kind: 'report', id: 'a', state: 'queued' }] });
  });
});

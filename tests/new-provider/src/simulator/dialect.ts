import { createHmac } from 'node:crypto';
import { readJsonObject, textIn } from '@polysms/core/provider-kit';
import {
  BoundedList,
  type Dialect,
  type VendorAnswer,
  type VendorRequest,
  type WebhookTelling,
  type World,
} from '@polysms/simulator';

/** How the simulated Acme's console is set up. */
export interface AcmeSimulatorSettings {
  /** Default `simulated-key`. */
  readonly apiKey?: string | undefined;
  /** What webhooks are signed with. Default `simulated-secret`. */
  readonly webhookSecret?: string | undefined;
}

/** A message as Acme lists it. */
interface Listed {
  readonly id: string;
  readonly to: string;
  readonly reference: string | undefined;
  status: string;
}

const answers = [
  { name: 'invalid_number', meaning: 'The number is invalid.' },
  { name: 'opted_out', meaning: 'The person wants no messages.' },
  { name: 'sender_not_registered', meaning: 'The sender is not registered.' },
  { name: 'invalid_key', meaning: 'The API key is wrong.' },
  { name: 'too_many_requests', meaning: 'Too many requests.' },
  { name: 'out_of_credit', meaning: 'The balance is used up.' },
] as const;
const httpStatuses: Readonly<Record<string, number>> = { invalid_key: 401, too_many_requests: 429 };
const mostMessages = 10_000;

/** Acme as a vendor of the box. */
export function acmeDialect(settings: AcmeSimulatorSettings = {}): Dialect {
  return {
    vendor: 'acme',
    title: 'Acme',
    endpoints: ['/messages'],
    answers,
    open: (world) => openAcme(settings, world),
  };
}

function openAcme(settings: AcmeSimulatorSettings, world: World): ReturnType<Dialect['open']> {
  const { apiKey = 'simulated-key', webhookSecret = 'simulated-secret' } = settings;
  const listed = new BoundedList<Listed>(mostMessages);
  const byId = (id: string | undefined) => listed.entries.find((each) => each.id === id);
  const told = { now: () => world.clock.now(), secret: webhookSecret };
  return {
    onRequest(request) {
      if (request.headers.authorization !== `Bearer ${apiKey}`) return refusal('invalid_key');
      if (request.path !== '/messages') return json(404, { code: 'not_found' });
      return request.method === 'GET' ? list(request, listed.entries) : send(request, world, listed);
    },
    answerAs: (name) => refusal(name),
    commonAnswer: (fault) => (fault === 'balance' ? 'out_of_credit' : 'too_many_requests'),
    reports: {
      ...telling(told, ({ message, state, at }) => {
        const { id, to, reference } = byId(message.reference) ?? {};
        return { type: 'report', id, reference, to, status: statusOf(state), at };
      }),
      states: ['sent', 'delivered'],
    },
    inbound: telling(told, ({ id, from, to, text }) => ({ type: 'reply', id, from, to, text })),
    onReport({ message, state }) {
      const each = byId(message.reference);
      if (each !== undefined) each.status = statusOf(state);
    },
    sdkLine: (url) => `acme({ apiKey: '${apiKey}', baseUrl: '${url}' })`,
    reset: () => listed.clear(),
  };
}

function send(request: VendorRequest, world: World, listed: BoundedList<Listed>): VendorAnswer {
  const fields = readJsonObject(request.text) ?? {};
  const to = textIn(fields, 'to') ?? '';
  if (!/^\+\d{6,15}$/.test(to)) return refusal('invalid_number');
  const id = world.random.hex(16);
  listed.add({ id, to, reference: textIn(fields, 'reference'), status: 'accepted' });
  request.deliver({ to, from: textIn(fields, 'from'), text: textIn(fields, 'text') ?? '', reference: id });
  return json(201, { id });
}

function list({ query }: VendorRequest, all: readonly Listed[]): VendorAnswer {
  const reference = new URLSearchParams(query).get('reference');
  return json(200, { messages: all.filter((each) => each.reference === reference) });
}

function statusOf(state: string): string {
  if (state === 'undelivered' || state === 'expired') return 'phone_off';
  return state === 'rejected' ? 'spam' : state;
}

/** A list of one, signed over the time, the URL and the bytes. */
function telling<What>(
  { now, secret }: { now(): number; readonly secret: string },
  rowOf: (what: What) => object,
): WebhookTelling<What> {
  return {
    via: 'webhook',
    repeatsAfterMs: [60_000, 300_000],
    write(what, url) {
      const body = JSON.stringify([rowOf(what)]);
      return { method: 'POST', headers: signatureHeaders({ secret, url, at: now(), body }), body };
    },
  };
}

/** How Acme signs a call of a webhook. */
export function signatureHeaders({
  secret,
  url,
  at,
  body,
}: {
  readonly secret: string;
  readonly url: string;
  readonly at: number;
  readonly body: string | Uint8Array;
}): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', secret).update(`${at}.${url}.`).update(body).digest('hex');
  return { 'content-type': 'application/json', 'acme-time': String(at), 'acme-signature': signature };
}

function refusal(name: string): VendorAnswer {
  return json(httpStatuses[name] ?? 400, { code: name }, name);
}

function json(status: number, value: object, name?: string): VendorAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value), name };
}

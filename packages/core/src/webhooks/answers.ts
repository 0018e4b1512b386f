import { STATUS_CODES } from 'node:http';
import type { WebhookReply } from '../contract/webhooks.js';

/** What a vendor waits before it asks a client again that could not take its request, in seconds. */
const retryAfterSeconds = 5;

/** Statuses that have no body by definition. */
const bodiless: readonly number[] = [204, 205, 304];

/** They belong to the connection, or to the server that writes the answer. */
const connectionHeaders = [
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** An answer of ours: the same words for everybody, and nothing of the request. */
export function fixedAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(bodiless.includes(status) ? null : (STATUS_CODES[status] ?? ''), {
    status,
    headers: { 'content-type': 'text/plain', 'cache-control': 'no-store', ...headers },
  });
}

/** The vendor is to repeat its request soon. */
export function comeAgain(): Response {
  return fixedAnswer(503, { 'retry-after': String(retryAfterSeconds) });
}

/** There are vendors that call by GET, by POST and by PUT; none asks for these. */
export function isMethodRefused(method: string): boolean {
  return ['HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'TRACK'].includes(method.toUpperCase());
}

export function methodNotAllowed(): Response {
  return fixedAnswer(405, { allow: 'GET, POST' });
}

/**
 * A refusal. Of the provider's reply its status counts if it is an error, and two headers that vendors act on: SNS
 * sends its password only when it is asked for it.
 */
export function refusal(reply: WebhookReply | undefined): Response {
  const { status = 403, headers = {} } = reply ?? {};
  const lowered = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const wait = lowered.get('retry-after') ?? '';
  const ask = lowered.get('www-authenticate') ?? '';
  return fixedAnswer(status >= 400 ? status : 403, {
    ...(/^\d{1,5}$/.test(wait) ? { 'retry-after': wait } : {}),
    ...(/^(?:Basic|Bearer)(?: realm="[\w .-]{0,64}")?$/.test(ask) ? { 'www-authenticate': ask } : {}),
  });
}

/** What the provider replies; undefined if that cannot be written. */
export function answerOf({ status, headers, body }: WebhookReply): Response | undefined {
  try {
    const written = new Headers(headers);
    for (const name of connectionHeaders) written.delete(name);
    if (!written.has('cache-control')) written.set('cache-control', 'no-store');
    return new Response(bodiless.includes(status) ? null : (body ?? null), { status, headers: written });
  } catch {
    return undefined;
  }
}

import type { HttpRequest, TextMessage } from '@polysms/core/provider-kit';

/** `POST /messages`: a text. Our id goes with it, and comes back in reports and lists. */
export function sendText(apiKey: string, { id, to, text, senderId }: TextMessage): HttpRequest {
  const body = JSON.stringify({ to: to.e164, from: senderId, text, reference: id });
  return { method: 'POST', path: '/messages', headers: headersOf(apiKey), body };
}

/** `GET /messages`: what Acme has under our id. */
export function listMessages(apiKey: string, id: string): HttpRequest {
  return { method: 'GET', path: `/messages?${new URLSearchParams({ reference: id })}`, headers: headersOf(apiKey) };
}

function headersOf(apiKey: string) {
  return { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
}

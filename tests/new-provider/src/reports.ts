import {
  countIn,
  hmacEquals,
  isStale,
  type JsonObject,
  ownMessageId,
  type ProviderEvent,
  type ProviderWebhooks,
  phoneOf,
  readJsonRows,
  rejected,
  textIn,
  webhookReply,
} from '@polysms/core/provider-kit';
import { messageStatus } from './statuses.js';

/** Reads Acme's calls, which are signed over the time, the URL and the bytes of the body. */
export function acmeWebhooks(secret: string): ProviderWebhooks {
  return {
    async read({ method, url, headers, body }, context) {
      const time = headers.get('acme-time') ?? '';
      const signature = headers.get('acme-signature');
      const signed = [`${time}.${url}.`, body];
      if (!hmacEquals({ algorithm: 'sha256', secret, signed, signature, encoding: 'hex' })) {
        return rejected('signature', 'The signature is missing, or not one of this secret.');
      }
      if (isStale(Number(time), context)) return rejected('stale', 'The request was signed too long ago.');
      const rows = method === 'POST' ? readJsonRows(body) : undefined;
      if (rows === undefined) return rejected('malformed', 'The request is no POST of a list.');
      return { outcome: 'verified', events: rows.flatMap(eventsIn), reply: webhookReply(204) };
    },
  };
}

/** What a row says; nothing for one that cannot be read. */
function eventsIn(row: JsonObject): readonly ProviderEvent[] {
  const reference = textIn(row, 'id');
  if (reference === undefined) return [];
  if (textIn(row, 'type') === 'reply') {
    const from = phoneOf(textIn(row, 'from'));
    const to = textIn(row, 'to');
    const text = textIn(row, 'text') ?? '';
    return from === undefined || to === undefined ? [] : [{ kind: 'inbound', reference, from, to, text }];
  }
  const status = textIn(row, 'status');
  if (status === undefined) return [];
  const id = ownMessageId(textIn(row, 'reference'));
  const to = phoneOf(textIn(row, 'to'));
  const at = countIn(row, 'at');
  return [{ kind: 'report', id, reference, to, ...messageStatus(status), providerCode: status, at }];
}

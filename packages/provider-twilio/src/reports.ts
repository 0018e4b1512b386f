import {
  type DeliveryReport,
  type InboundMessage,
  type ProviderEvent,
  type ProviderWebhooks,
  phoneOf,
  rejected,
  type WebhookReading,
  type WebhookRequest,
  webhookReply,
} from '@polysms/core/provider-kit';
import { isMessageSid } from './answers.js';
import { messageIdIn } from './report-url.js';
import { isHashOf, isSignedBy } from './signature.js';
import { messageStatus } from './statuses.js';

/** What Twilio tells by calling the app: what became of messages, and what people write. */
export function twilioWebhooks(authToken: string): ProviderWebhooks {
  return Object.freeze({ read: async (request: WebhookRequest) => readingOf(request, authToken) });
}

const taken = webhookReply(204);
/** TwiML that sends nothing back. */
const silent = webhookReply(
  200,
  '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
  'text/xml; charset=utf-8',
);

/**
 * Twilio signs no time, so that a captured request can come again: the client reads it twice, and it says nothing new.
 * Unknown fields are signed as well, and Twilio adds some without notice.
 */
function readingOf({ method, url, headers, body }: WebhookRequest, authToken: string): WebhookReading {
  if (method !== 'POST' && method !== 'GET') return rejected('malformed', 'Twilio calls with POST or GET.', 405);
  // A public beta signs under a key of its own (HMAC-SHA256), which the account's token says nothing about.
  if (headers.has('x-twilio-webhooks-signature-settings')) {
    return rejected('signature', 'The request is signed under a shared key; remove the Webhook Rule.');
  }
  const isHash = isHashOf(url, body);
  const isForm = method === 'POST' && isHash === undefined;
  const fields = isForm ? [...new URLSearchParams(Buffer.from(body).toString('utf8'))] : [];
  if (!isSignedBy(authToken, headers.get('x-twilio-signature'), { url, fields })) {
    return rejected(
      'signature',
      'X-Twilio-Signature is missing, or not made with the primary auth token of the account over this URL.',
    );
  }
  if (isHash === false) return rejected('signature', 'bodySHA256 in the URL is not the hash of the body.');
  // Events in JSON come from other products of Twilio's, and tell nothing of a message that a report does not.
  if (isHash === true) return { outcome: 'verified', events: [], reply: taken };
  return readFields(new Map(isForm ? fields : new URL(url).searchParams), messageIdIn(url));
}

function readFields(fields: ReadonlyMap<string, string>, id: string | undefined): WebhookReading {
  const status = fields.get('MessageStatus') ?? fields.get('SmsStatus');
  const isInbound = status === 'received' || (status === undefined && fields.has('Body'));
  const event: ProviderEvent | undefined = isInbound ? inboundOf(fields) : reportOf(fields, status, id);
  return { outcome: 'verified', events: event === undefined ? [] : [event], reply: isInbound ? silent : taken };
}

function reportOf(
  fields: ReadonlyMap<string, string>,
  status: string | undefined,
  id: string | undefined,
): DeliveryReport | undefined {
  const reference = messageSidIn(fields);
  if (status === undefined || (reference === undefined && id === undefined)) return undefined;
  const to = phoneOf(fields.get('To'));
  const errorCode = fields.get('ErrorCode');
  const isCode = errorCode !== undefined && /^[1-9]\d{0,5}$/.test(errorCode);
  return {
    kind: 'report',
    ...(id === undefined ? {} : { id }),
    ...(reference === undefined ? {} : { reference }),
    ...(to === undefined ? {} : { to }),
    ...messageStatus(status, isCode ? errorCode : undefined),
  };
}

function inboundOf(fields: ReadonlyMap<string, string>): InboundMessage | undefined {
  const from = phoneOf(fields.get('From'));
  const to = fields.get('To') ?? '';
  if (from === undefined || to === '') return undefined;
  const reference = messageSidIn(fields);
  const optOut = optOuts.get(fields.get('OptOutType') ?? '');
  return {
    kind: 'inbound',
    ...(reference === undefined ? {} : { reference }),
    from,
    to,
    text: fields.get('Body') ?? '',
    ...(optOut === undefined ? {} : { optOut }),
  };
}

/** With Advanced Opt-Out Twilio says what it took a message for; HELP is neither. */
const optOuts: ReadonlyMap<string, 'stop' | 'start'> = new Map([
  ['STOP', 'stop'],
  ['START', 'start'],
]);

function messageSidIn(fields: ReadonlyMap<string, string>): string | undefined {
  const sid = fields.get('MessageSid') ?? fields.get('SmsSid');
  return sid !== undefined && isMessageSid(sid) ? sid : undefined;
}

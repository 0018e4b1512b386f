import {
  type DeliveryReport,
  type InboundMessage,
  type JsonObject,
  type ProviderWebhooks,
  phoneOf,
  rejected,
  textIn,
  type WebhookReading,
  type WebhookRequest,
  webhookReply,
} from '@polysms/core/provider-kit';
import { messageSidIn } from './answers.js';
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
  return readFields(Object.fromEntries(isForm ? fields : new URL(url).searchParams), messageIdIn(url));
}

function readFields(fields: JsonObject, id: string | undefined): WebhookReading {
  const status = textIn(fields, 'MessageStatus') ?? textIn(fields, 'SmsStatus');
  const isInbound = status === 'received' || (status === undefined && Object.hasOwn(fields, 'Body'));
  const event = isInbound ? inboundOf(fields) : reportOf(fields, status, id);
  return { outcome: 'verified', events: event === undefined ? [] : [event], reply: isInbound ? silent : taken };
}

function reportOf(fields: JsonObject, status: string | undefined, id: string | undefined): DeliveryReport | undefined {
  const reference = referenceIn(fields);
  if (status === undefined || (reference ?? id) === undefined) return undefined;
  const errorCode = textIn(fields, 'ErrorCode') ?? '';
  const what = messageStatus(status, /^[1-9]\d{0,5}$/.test(errorCode) ? errorCode : undefined);
  return { kind: 'report', id, reference, to: phoneOf(fields['To']), ...what };
}

function inboundOf(fields: JsonObject): InboundMessage | undefined {
  const from = phoneOf(fields['From']);
  const to = textIn(fields, 'To');
  if (from === undefined || to === undefined) return undefined;
  const optOut = optOuts.get(textIn(fields, 'OptOutType') ?? '');
  return { kind: 'inbound', reference: referenceIn(fields), from, to, text: textIn(fields, 'Body') ?? '', optOut };
}

/** With Advanced Opt-Out Twilio says what it took a message for; HELP is neither. */
const optOuts: ReadonlyMap<string, 'stop' | 'start'> = new Map([
  ['STOP', 'stop'],
  ['START', 'start'],
]);

function referenceIn(fields: JsonObject): string | undefined {
  return messageSidIn(fields, 'MessageSid') ?? messageSidIn(fields, 'SmsSid');
}

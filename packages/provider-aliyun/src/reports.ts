import {
  codeIn,
  countIn,
  type DeliveryReport,
  type InboundMessage,
  type JsonObject,
  momentIn,
  ownMessageId,
  type ProviderEvent,
  type ProviderWebhooks,
  parseBeijingTime,
  readJsonRows,
  rejected,
  secretInUrl,
  textIn,
  type WebhookReading,
  type WebhookRequest,
  webhookReply,
} from '@polysms/core/provider-kit';
import { pushedPhone } from './numbers.js';
import { internationalReceipts, receiptOf } from './receipts.js';

/** `code` must be a number, and its value is not looked at. Anything else is pushed again after 1, 5 and 10 minutes. */
const taken = webhookReply(200, '{"code":0,"msg":"ok"}', 'application/json');

/** Reads what Alibaba Cloud pushes: SmsReport, SmsUp and DypnsSmsVerifyReport, each an array of rows. */
export function aliyunWebhooks(secret: string): ProviderWebhooks {
  return { read: async (request) => readingOf(request, secret) };
}

function readingOf(request: WebhookRequest, secret: string): WebhookReading {
  if (!secretInUrl(request, secret)) return rejected('signature', 'The secret in the URL is missing or wrong.');
  if (request.method !== 'POST') return rejected('malformed', 'The request is no POST.', 405);
  const rows = readJsonRows(request.body);
  if (rows === undefined) return rejected('malformed', 'The body is no JSON array.');
  const events = rows.flatMap((row) => eventOf(row) ?? []);
  // Rows that can be read are not lost for one that cannot: the vendor gives up after four times.
  if (events.length === 0 && rows.length > 0)
    return rejected('malformed', 'No row of the body is a report or a reply.');
  return { outcome: 'verified', events, reply: taken };
}

/** All pushes may have one URL: what a row is, its fields tell. */
function eventOf(row: JsonObject): ProviderEvent | undefined {
  if ('content' in row && !('success' in row || 'biz_id' in row || 'MessageId' in row)) return inboundOf(row);
  const report = 'MessageId' in row ? internationalReport(row) : domesticReport(row);
  return report.id === undefined && report.reference === undefined ? undefined : report;
}

function domesticReport(row: JsonObject): DeliveryReport {
  const code = codeIn(row, 'err_code');
  return {
    kind: 'report',
    id: ownMessageId(row['out_id']),
    reference: textIn(row, 'biz_id'),
    to: pushedPhone(row['phone_number']),
    ...receiptOf(row['success'], code),
    providerCode: code,
    at: parseBeijingTime(row['report_time']),
    segments: countIn(row, 'sms_size'),
  };
}

/** Which of the two forms a SendSms to a phone abroad gets is not documented, so both are read. */
function internationalReport(row: JsonObject): DeliveryReport {
  return {
    kind: 'report',
    id: ownMessageId(row['TaskId']),
    reference: textIn(row, 'MessageId'),
    to: pushedPhone(row['To']),
    ...(internationalReceipts.get(countIn(row, 'Status')) ?? { state: 'queued' }),
    providerCode: codeIn(row, 'ErrorCode'),
    at: momentIn(row, 'ReceiveDate') ?? parseBeijingTime(row['ReceiveDate']),
    segments: countIn(row, 'SmsSize'),
  };
}

function inboundOf(row: JsonObject): InboundMessage | undefined {
  // Replies come from the mainland only.
  const from = /^(?:\+?86|0086)?(1\d{10})$/.exec(textIn(row, 'phone_number') ?? '')?.[1];
  const to = textIn(row, 'dest_code') ?? textIn(row, 'sign_name');
  const text = row['content'];
  if (from === undefined || to === undefined || typeof text !== 'string') return undefined;
  const reference = textIn(row, 'sequence_id') ?? countIn(row, 'sequence_id')?.toString();
  const inbound = { kind: 'inbound', reference, from: `+86${from}`, to, text } as const;
  const at = parseBeijingTime(row['send_time']);
  // Promotions end with 拒收请回复R, and Alibaba Cloud blocks who does so by itself.
  return /^\s*r\s*$/i.test(text) ? { ...inbound, at, optOut: 'stop' } : { ...inbound, at };
}

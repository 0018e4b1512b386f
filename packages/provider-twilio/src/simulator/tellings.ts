import type { PhoneReply, PhoneReport, WebhookCall, WebhookTelling } from '@polysms/simulator';
import { signedForm } from './signed-requests.js';
import { codeOfReport, statusOf } from './statuses.js';
import type { Twilio } from './twilio.js';

/** Twilio repeats once after a failed connection, and up to five times where the URL's fragment says so. */
const repeatsAfterMs = [1_000, 2_000, 4_000, 8_000, 16_000];

/** How Twilio tells what became of messages. */
export function reportTelling(twilio: Twilio): WebhookTelling<PhoneReport> {
  return {
    via: 'webhook',
    timeoutMs: 15_000,
    repeatsAfterMs,
    write: (report, url) => call(twilio, url, reportFields(twilio, report)),
  };
}

/** How Twilio hands on what people write. */
export function inboundTelling(twilio: Twilio): WebhookTelling<PhoneReply> {
  return { via: 'webhook', timeoutMs: 15_000, write: (reply, url) => call(twilio, url, inboundFields(twilio, reply)) };
}

function call(twilio: Twilio, url: string, fields: Readonly<Record<string, string>>): WebhookCall {
  const target = url.replace(/#.*$/s, '');
  return { method: 'POST', url: target, ...signedForm(twilio.settings.authToken, target, Object.entries(fields)) };
}

function reportFields(twilio: Twilio, report: PhoneReport): Record<string, string> {
  const { message, state, at } = report;
  const sid = message.reference ?? '';
  const status = statusOf(state);
  const code = codeOfReport(report);
  const service = twilio.get(sid)?.service ?? null;
  const isFinal = status === 'delivered' || status === 'undelivered';
  return {
    ...(code === undefined ? {} : { ErrorCode: String(code) }),
    // YYMMDDhhmm of the carrier, without a time zone.
    ...(isFinal ? { RawDlrDoneDate: new Date(at).toISOString().replace(/\D/g, '').slice(2, 12) } : {}),
    SmsSid: sid,
    SmsStatus: status,
    MessageStatus: status,
    To: message.to,
    MessageSid: sid,
    ...(service === null ? {} : { MessagingServiceSid: service }),
    AccountSid: twilio.settings.accountSid,
    From: message.from ?? '',
    // Twilio adds fields without notice.
    AddedWithoutNotice: '',
    ApiVersion: '2010-04-01',
  };
}

function inboundFields(twilio: Twilio, { id, from, to, text, message }: PhoneReply): Record<string, string> {
  const sid = `SM${id.replace(/\D/g, '').padStart(32, '0')}`;
  const word = text.trim().toUpperCase();
  const service = twilio.get(message.reference ?? '')?.service ?? null;
  return {
    ToCountry: 'US',
    ToState: '',
    SmsMessageSid: sid,
    NumMedia: '0',
    SmsSid: sid,
    SmsStatus: 'received',
    Body: text,
    To: to,
    ...(service === null ? {} : { MessagingServiceSid: service }),
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: twilio.settings.accountSid,
    From: from,
    ...(['STOP', 'START', 'HELP'].includes(word) ? { OptOutType: word } : {}),
    ApiVersion: '2010-04-01',
  };
}

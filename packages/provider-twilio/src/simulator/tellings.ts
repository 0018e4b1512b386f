import type {
  MadeCall,
  PhoneReply,
  PhoneReport,
  WebhookAnswer,
  WebhookCall,
  WebhookTelling,
  WebhookVerdict,
} from '@polysms/simulator';
import { signedForm } from './signed-requests.js';
import { codeOfReport, statusOf } from './statuses.js';
import type { Twilio } from './twilio.js';

/** At most five repetitions; {@link verdictOn} says how many of them there are. How long Twilio waits is not documented. */
const repeatsAfterMs = [1_000, 2_000, 4_000, 8_000, 16_000];

/** How Twilio tells what became of messages. */
export function reportTelling(twilio: Twilio): WebhookTelling<PhoneReport> {
  return {
    via: 'webhook',
    timeoutMs: 15_000,
    repeatsAfterMs,
    verdictOn,
    write: (report, url) => call(twilio, url, reportFields(twilio, report)),
  };
}

/** How Twilio hands on what people write. */
export function inboundTelling(twilio: Twilio): WebhookTelling<PhoneReply> {
  return {
    via: 'webhook',
    timeoutMs: 15_000,
    repeatsAfterMs,
    verdictOn,
    write: (reply, url) => call(twilio, url, inboundFields(twilio, reply)),
  };
}

/**
 * Twilio repeats once, and only where it could not connect, unless the fragment of the webhook says otherwise: `#rc=5&rp=all`
 * (webhook connection overrides: `rc` repetitions, `rp` what after, of `4xx`, `5xx`, `ct`, `rt` and `all`).
 */
function verdictOn(answer: WebhookAnswer | null, { url, attempt, failure }: MadeCall): WebhookVerdict {
  if (answer !== null && answer.status < 400) return 'taken';
  const overrides = new URLSearchParams(url.split('#')[1] ?? '');
  const most = Math.min(5, Number(overrides.get('rc') ?? 1));
  const after = (overrides.get('rp') ?? 'ct').split(',');
  const isRepeated = after.includes('all') || after.includes(kindOf(answer, failure));
  return isRepeated && attempt <= most ? 'again' : 'given-up';
}

function kindOf(answer: WebhookAnswer | null, failure: MadeCall['failure']): '4xx' | '5xx' | 'ct' | 'rt' {
  if (answer !== null) return answer.status < 500 ? '4xx' : '5xx';
  return failure === 'not-connected' ? 'ct' : 'rt';
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

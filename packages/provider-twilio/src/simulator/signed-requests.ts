import { encodedFields } from '@polysms/core/provider-kit';
import { withMessageId } from '../report-url.js';
import { twilioSignature } from '../signature.js';

/** What {@link signedReport} takes. */
export interface SignedReportOptions {
  /** The `authToken` of the provider that is to believe the request. */
  readonly authToken: string;
  /** The URL of the app's webhook, as the client has it configured: `https://app.example/sms/twilio`. */
  readonly url: string;
  /** Our id of the message: `id` of the receipt. Without it the report is found by `sid`. */
  readonly id?: string | undefined;
  /** Twilio's id of the message, `SM…`: `reference` of the attempt. */
  readonly sid: string;
  /** Twilio's word: `sent`, `delivered`, `undelivered`, `failed`. */
  readonly status: string;
  /** The phone, in E.164. */
  readonly to?: string | undefined;
  /** Twilio's error code, for `undelivered` and `failed`: `30003`. */
  readonly errorCode?: number | undefined;
  /** Further fields: `{ From: '+15005550006' }`. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** A request by which Twilio tells what became of a message, for tests of an app's webhook. */
export function signedReport({ authToken, url, ...report }: SignedReportOptions): Request {
  const { id, sid, status, to, errorCode, fields = {} } = report;
  const target = (id === undefined ? url : withMessageId(url, id)).replace(/#.*$/s, '');
  return signedRequest(authToken, target, {
    ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
    SmsSid: sid,
    SmsStatus: status,
    MessageStatus: status,
    ...(to === undefined ? {} : { To: to }),
    MessageSid: sid,
    ...fields,
    ApiVersion: '2010-04-01',
  });
}

/** What {@link signedInbound} takes. */
export interface SignedInboundOptions extends Pick<SignedReportOptions, 'authToken' | 'url' | 'sid' | 'fields'> {
  /** The phone, in E.164. */
  readonly from: string;
  /** Our number. */
  readonly to: string;
  readonly text: string;
}

/** A request by which Twilio hands on what a person has written. */
export function signedInbound({ authToken, url, sid, from, to, text, fields }: SignedInboundOptions): Request {
  return signedRequest(authToken, url, {
    SmsMessageSid: sid,
    NumMedia: '0',
    SmsSid: sid,
    SmsStatus: 'received',
    Body: text,
    To: to,
    NumSegments: '1',
    MessageSid: sid,
    From: from,
    ...fields,
    ApiVersion: '2010-04-01',
  });
}

function signedRequest(authToken: string, url: string, fields: Readonly<Record<string, string>>): Request {
  // As a server will see it.
  const { href } = new URL(url);
  return new Request(href, { method: 'POST', ...signedForm(authToken, href, Object.entries(fields)) });
}

/** The headers and the body of a form that Twilio has signed. */
export function signedForm(authToken: string, url: string, fields: readonly (readonly [string, string])[]) {
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilioSignature(authToken, { url, fields }),
    },
    body: encodedFields(fields),
  };
}

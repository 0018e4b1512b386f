import {
  type Accepted,
  accepted,
  type CheckOutcome,
  codeIn,
  type HttpOutcome,
  type JsonObject,
  jsonObject,
  longestDelayMs,
  type NotSent,
  outcomeOfCode,
  outcomeOfHttpStatus,
  type PhoneNumber,
  type Refused,
  readJsonObject,
  type SendOutcome,
  textIn,
  type Unknown,
  unknown,
  vendorCodes,
} from '@polysms/core/provider-kit';
import { failureOf } from './errors.js';

/**
 * Reads an answer. Refusals come with HTTP 200 as well: the word is `Code`, and success is exactly `OK`. From HTTP 500 on no
 * code proves anything but one that says that the rate was limited.
 *
 * @param onCode judges a code before the common table does; undefined leaves it to that
 */
export function readAnswer<Outcome>(
  http: HttpOutcome,
  to: PhoneNumber,
  onOk: (fields: JsonObject) => Outcome,
  onCode?: (providerCode: string) => Outcome | undefined,
): Outcome | Refused | NotSent | Unknown {
  if (http.outcome !== 'answered') return http;
  const fields = readJsonObject(http.body);
  // A sentence, which may repeat the phone, is no code, and a number is none of theirs.
  const providerCode = fields && textIn(fields, 'Code') && codeIn(fields, 'Code');
  if (fields === undefined || !providerCode) return outcomeOfHttpStatus(http.status, http.headers);
  if (providerCode === 'OK') {
    if (http.status >= 200 && http.status < 300) return onOk(fields);
    return unknown('invalid_response', `Alibaba Cloud answered OK with HTTP ${http.status}.`);
  }
  if (http.status >= 500 && !/^Throttling(?:\.|$)/.test(providerCode)) {
    return unknown('provider_unavailable', `Alibaba Cloud answered HTTP ${http.status}.`, { providerCode });
  }
  const waitMs = retryAfter(http.headers['x-acs-retry-after']);
  return onCode?.(providerCode) ?? failureOf(providerCode, to, textIn(fields, 'Message') ?? '', waitMs);
}

/** What became of a SendSms. */
export function sendOutcome(http: HttpOutcome, to: PhoneNumber): SendOutcome {
  return readAnswer(http, to, (fields): Accepted => accepted(textIn(fields, 'BizId')));
}

/** What some codes mean for a start. */
const startCodes = vendorCodes([
  [['biz.FREQUENCY', 'FREQUENCY_FAIL'], 'recipient_rate_limited', 'The phone has had a code a moment ago.'],
  [
    // Seen for a signature or a template that is none of the console's gifts.
    ['INVALID_PARAMETERS', 'isv.INVALID_PARAMETERS'],
    'template_rejected',
    'Aliyun takes only the signatures and templates that it gives for codes.',
  ],
]);

/** What became of a SendSmsVerifyCode. @param intervalMs how long the phone waits for its next code */
export function startOutcome(http: HttpOutcome, to: PhoneNumber, intervalMs: number): SendOutcome {
  return readAnswer(
    http,
    to,
    (fields): SendOutcome => accepted(textIn(modelOf(fields), 'BizId')),
    (code) => outcomeOfCode(startCodes, code, code.includes('FREQUENCY') ? { retryAfterMs: intervalMs } : {}),
  );
}

/** What a CheckSmsVerifyCode says. A code that is wrong, expired or superseded: nobody tells them apart. */
export function checkOutcome(http: HttpOutcome, to: PhoneNumber): CheckOutcome {
  return readAnswer(
    http,
    to,
    (fields): CheckOutcome => {
      const result = textIn(modelOf(fields), 'VerifyResult');
      if (result === undefined) return unknown('invalid_response', 'The answer says nothing of the code.');
      return { outcome: result === 'PASS' ? 'approved' : 'incorrect' };
    },
    // As the gateway writes it, with HTTP 400; the documentation knows only a result UNKNOWN.
    (providerCode) => (providerCode === 'isv.ValidateFail' ? { outcome: 'incorrect' } : undefined),
  );
}

function modelOf(fields: JsonObject): JsonObject {
  return jsonObject(fields['Model']) ?? {};
}

/** In milliseconds, as the official SDK takes it. */
function retryAfter(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,12}$/.test(header) ? Math.min(longestDelayMs, Number(header)) : undefined;
}

import {
  type Accepted,
  type Answered,
  type CheckOutcome,
  countIn,
  type HttpOutcome,
  type JsonObject,
  type NotSent,
  outcomeOfCode,
  outcomeOfHttpStatus,
  type Price,
  priceOf,
  type Refused,
  readJsonObject,
  refused,
  type SendOutcome,
  textIn,
  type Unknown,
  unknown,
  type VendorCodes,
} from '@polysms/core/provider-kit';
import { messageCodes, verifyCodes } from './errors.js';

/**
 * Reads an answer. 2xx is what `success` makes of its object; 4xx is refused, by Twilio's code if there is one; after
 * anything else nobody knows. Twilio's own words never get into an outcome: they repeat phone numbers.
 */
export function readAnswer<Outcome>(
  http: HttpOutcome,
  codes: VendorCodes,
  success: (answer: JsonObject, http: Answered) => Outcome | undefined,
): Outcome | Refused | NotSent | Unknown {
  if (http.outcome !== 'answered') return http;
  const answer = readJsonObject(http.body);
  if (http.status === 200 || http.status === 201) return (answer && success(answer, http)) ?? unreadable(http);
  const byStatus = outcomeOfHttpStatus(http.status, http.headers);
  const providerCode = answer === undefined ? undefined : codeIn(answer);
  if (providerCode === undefined) return byStatus;
  // A POST is not idempotent at Twilio, and a 5xx may come after the message was sent (documentation of 20500).
  if (byStatus.outcome === 'unknown') return { ...byStatus, providerCode };
  const known = outcomeOfCode(codes, providerCode, { retryAfterMs: byStatus.retryAfterMs });
  if (known !== undefined) return known;
  const isTelling = http.status === 401 || http.status === 429;
  return isTelling ? { ...byStatus, providerCode } : unrecognized(providerCode);
}

/** Twilio's code, a number; some newer answers may write it in digits. */
export function codeIn(answer: JsonObject, name = 'code'): string | undefined {
  const code = countIn(answer, name);
  return code === undefined ? undefined : String(code);
}

/** The answer to a message: taken if it has a SID, whatever the status is, unless that says that it has failed already. */
export function readMessage(http: HttpOutcome): SendOutcome {
  return readAnswer(http, messageCodes, (message): SendOutcome | undefined => {
    const sid = messageSidIn(message);
    if (sid === undefined) return undefined;
    const failure = textIn(message, 'status') === 'failed' ? codeIn(message, 'error_code') : undefined;
    if (failure !== undefined) return outcomeOfCode(messageCodes, failure) ?? unrecognized(failure);
    return { outcome: 'accepted', reference: sid, ...costOf(message) } satisfies Accepted;
  });
}

/** The answer to the start of a verification. */
export function readVerification(http: HttpOutcome): SendOutcome {
  if (http.outcome === 'answered' && http.status >= 400 && http.status < 500) {
    const answer = readJsonObject(http.body) ?? {};
    const code = codeIn(answer);
    const message = textIn(answer, 'message') ?? '';
    if (code === '60200' && /\bTo\b/.test(message)) {
      return refused('invalid_phone_number', 'Verify calls the recipient invalid.', { providerCode: code });
    }
    if (code === '20429' && 'twilio-reached-rate-limit' in http.headers) {
      const said = 'A rate limit of the Verify service holds the phone back.';
      return refused('recipient_rate_limited', said, { providerCode: code });
    }
  }
  return readAnswer(http, verifyCodes, (verification) => {
    const sid = textIn(verification, 'sid');
    if (sid === undefined || !/^VE[0-9a-fA-F]{32}$/.test(sid)) return undefined;
    return { outcome: 'accepted', reference: sid } satisfies Accepted;
  });
}

/**
 * The verdict on a code. A wrong code is a 2xx whose status is `pending`. 404 says that there is nothing to check: the
 * verification has expired, was approved or was checked too often, and Twilio does not say which.
 *
 * @param to the phone that the code was checked for
 */
export function readCheck(http: HttpOutcome, to: string): CheckOutcome {
  if (http.outcome === 'answered' && http.status >= 400 && http.status < 500) {
    const answer = readJsonObject(http.body) ?? {};
    const code = codeIn(answer);
    if (http.status === 404 && code === '20404') return { outcome: 'expired' };
    if (code === '60202') return { outcome: 'exhausted' };
    // Its length is not 4 to 10.
    if (code === '60200' && /\bCode\b/.test(textIn(answer, 'message') ?? '')) return { outcome: 'incorrect' };
  }
  return readAnswer(http, verifyCodes, (check): CheckOutcome | undefined => {
    // Never a word about another phone, whatever the reason.
    if ((textIn(check, 'to') ?? to) !== to) return undefined;
    switch (textIn(check, 'status')) {
      case 'approved':
        return { outcome: 'approved' };
      case 'pending':
        return { outcome: 'incorrect' };
      case 'max_attempts_reached':
        return { outcome: 'exhausted' };
      case 'expired':
      case 'canceled':
      case 'deleted':
      case 'failed':
        return { outcome: 'expired' };
      default:
        return undefined;
    }
  });
}

/** The SID of a message; undefined if there is none. */
export function messageSidIn(message: JsonObject): string | undefined {
  const sid = textIn(message, 'sid');
  return sid !== undefined && isMessageSid(sid) ? sid : undefined;
}

export function isMessageSid(sid: string): boolean {
  return /^(?:SM|MM)[0-9a-fA-F]{32}$/.test(sid);
}

/** Segments and price, as far as they are known: a service counts its segments later, and prices are negative. */
export function costOf(message: JsonObject): { readonly segments?: number; readonly price?: Price } {
  const segments = countIn(message, 'num_segments') ?? 0;
  const amount = textIn(message, 'price')?.replace(/^-/, '');
  const price = priceOf({ amount, currency: textIn(message, 'price_unit')?.toUpperCase() });
  return { ...(segments === 0 ? {} : { segments }), ...(price === undefined ? {} : { price }) };
}

function unrecognized(providerCode: string): Refused {
  const message = `Twilio refused the request with the code ${providerCode}, which is in none of our tables.`;
  return refused('unrecognized_provider_code', message, { providerCode });
}

function unreadable({ status }: Answered): Unknown {
  const message = 'Twilio answered without a verdict: no JSON, no SID or no status that is known.';
  return unknown('invalid_response', message, { providerCode: `http-${status}` });
}

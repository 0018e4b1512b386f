import {
  type Accepted,
  accepted,
  type CheckOutcome,
  codeIn,
  countIn,
  type HttpOutcome,
  type JsonObject,
  outcomeOfCode,
  type Price,
  priceOf,
  readCodedAnswer,
  readJsonObject,
  refused,
  type SendOutcome,
  textIn,
  unrecognizedCode,
} from '@polysms/core/provider-kit';
import { messageCodes, verifyCodes } from './errors.js';

const vendor = 'Twilio';

/** Reads an answer of the Messages API: a message, or a list of them. */
export function readOf<Outcome>(http: HttpOutcome, success: (answer: JsonObject) => Outcome | undefined) {
  return readCodedAnswer(http, { vendor, codes: messageCodes, success });
}

/** The answer to a message: taken if it has a SID, whatever the status is, unless that says that it has failed already. */
export function readMessage(http: HttpOutcome): SendOutcome {
  return readOf(http, (message): SendOutcome | undefined => {
    const sid = messageSidIn(message);
    if (sid === undefined) return undefined;
    const failure = textIn(message, 'status') === 'failed' ? codeIn(message, 'error_code') : undefined;
    if (failure !== undefined) return outcomeOfCode(messageCodes, failure) ?? unrecognizedCode(vendor, failure);
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
  return readCodedAnswer(http, {
    vendor,
    codes: verifyCodes,
    success: (verification) => {
      const sid = textIn(verification, 'sid') ?? '';
      return /^VE[0-9a-fA-F]{32}$/.test(sid) ? accepted(sid) : undefined;
    },
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
  const success = (check: JsonObject): CheckOutcome | undefined => {
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
  };
  return readCodedAnswer(http, { vendor, codes: verifyCodes, success });
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

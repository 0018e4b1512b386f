import {
  type Accepted,
  accepted,
  type CheckOutcome,
  codeIn,
  countIn,
  type HttpOutcome,
  type JsonObject,
  outcomeOfCode,
  priceOf,
  readCodedAnswer,
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
    const reference = messageSidIn(message);
    if (reference === undefined) return undefined;
    const failure = textIn(message, 'status') === 'failed' ? codeIn(message, 'error_code') : undefined;
    if (failure !== undefined) return outcomeOfCode(messageCodes, failure) ?? unrecognizedCode(vendor, failure);
    return { outcome: 'accepted', reference, ...costOf(message) } satisfies Accepted;
  });
}

/** The answer to the start of a verification. */
export function readVerification(http: HttpOutcome): SendOutcome {
  return readCodedAnswer<SendOutcome>(http, {
    ...{ vendor, codes: verifyCodes },
    success(verification) {
      const sid = textIn(verification, 'sid') ?? '';
      return /^VE[0-9a-fA-F]{32}$/.test(sid) ? accepted(sid) : undefined;
    },
    onCode(providerCode, answer, { headers }) {
      if (providerCode === '60200' && /\bTo\b/.test(textIn(answer, 'message') ?? '')) {
        return refused('invalid_phone_number', 'Verify calls the recipient invalid.', { providerCode });
      }
      if (providerCode !== '20429' || !('twilio-reached-rate-limit' in headers)) return undefined;
      const said = 'A rate limit of the Verify service holds the phone back.';
      return refused('recipient_rate_limited', said, { providerCode });
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
  return readCodedAnswer<CheckOutcome>(http, {
    ...{ vendor, codes: verifyCodes },
    success(check) {
      // Never a word about another phone, whatever the reason.
      if ((textIn(check, 'to') ?? to) !== to) return undefined;
      const outcome = verdicts.get(textIn(check, 'status') ?? '');
      return outcome && { outcome };
    },
    onCode(providerCode, answer, { status }) {
      if (status === 404 && providerCode === '20404') return { outcome: 'expired' };
      if (providerCode === '60202') return { outcome: 'exhausted' };
      // Its length is not 4 to 10.
      const isCode = providerCode === '60200' && /\bCode\b/.test(textIn(answer, 'message') ?? '');
      return isCode ? { outcome: 'incorrect' } : undefined;
    },
  });
}

const verdicts: ReadonlyMap<string, 'approved' | 'incorrect' | 'exhausted' | 'expired'> = new Map([
  ['approved', 'approved'],
  ['pending', 'incorrect'],
  ['max_attempts_reached', 'exhausted'],
  ...['expired', 'canceled', 'deleted', 'failed'].map((status) => [status, 'expired'] as const),
]);

/** The SID of a message; undefined if there is none. @param name of the field that has it */
export function messageSidIn(message: JsonObject, name = 'sid'): string | undefined {
  const sid = textIn(message, name);
  return sid !== undefined && isMessageSid(sid) ? sid : undefined;
}

export function isMessageSid(sid: string): boolean {
  return /^(?:SM|MM)[0-9a-fA-F]{32}$/.test(sid);
}

/** Segments and price, as far as they are known: a service counts its segments later, and prices are negative. */
export function costOf(message: JsonObject): Pick<Accepted, 'segments' | 'price'> {
  const amount = textIn(message, 'price')?.replace(/^-/, '');
  const price = priceOf({ amount, currency: textIn(message, 'price_unit')?.toUpperCase() });
  return { segments: countIn(message, 'num_segments') || undefined, price };
}

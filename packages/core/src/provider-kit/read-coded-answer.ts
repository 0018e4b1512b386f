import type { NotSent, Refused, Unknown } from '../contract/outcomes.js';
import type { Answered, HttpOutcome } from './http-exchange.js';
import { outcomeOfHttpStatus, refused, unknown } from './outcomes.js';
import { countIn, type JsonObject, readJsonObject, textIn } from './read-json-object.js';
import { outcomeOfCode, type VendorCodes } from './vendor-codes.js';

/** How a vendor answers over HTTP in JSON. */
export interface CodedAnswer<Outcome> {
  /** Its name, for messages: `Twilio`. */
  readonly vendor: string;
  readonly codes: VendorCodes;
  /** Finds the code of a refusal. Default: the field `code`, a number or a text, by {@link codeIn}. */
  codeOf?(answer: JsonObject): string | undefined;
  /**
   * Which answers say no by a code. `4xx` (default): those alone. `any-status`: those with 200 and 201 too, if `success`
   * has seen none in them. Then a code that is in no table leaves open what became of the message, whatever the status.
   */
  readonly refusesWith?: '4xx' | 'any-status' | undefined;
  /** What 200 and 201 mean; undefined if the object is no verdict. */
  success(answer: JsonObject): Outcome | undefined;
  /** What a code means here, before the table is asked; undefined leaves it to that. */
  onCode?(providerCode: string, answer: JsonObject, http: Answered): Outcome | undefined;
}

/**
 * Reads the answer of a vendor that says no with a code. 200 and 201 are what `success` makes of them. 4xx is refused by
 * its code; by its status if there is no code, or an unknown one comes with 401 or 429. After anything else nobody knows,
 * whatever the code. The vendor's own words never get into an outcome: they repeat phone numbers.
 */
export function readCodedAnswer<Outcome>(
  http: HttpOutcome,
  { vendor, codes, codeOf = codeIn, refusesWith = '4xx', success, onCode }: CodedAnswer<Outcome>,
): Outcome | Refused | NotSent | Unknown {
  if (http.outcome !== 'answered') return http;
  const { status, headers, body } = http;
  const answer = readJsonObject(body);
  const isSuccess = status === 200 || status === 201;
  const succeeded = isSuccess ? answer && success(answer) : undefined;
  if (succeeded !== undefined) return succeeded;
  const byStatus = isSuccess ? unreadable(vendor, status) : outcomeOfHttpStatus(status, headers);
  const providerCode = answer && (!isSuccess || refusesWith === 'any-status') ? codeOf(answer) : undefined;
  if (answer === undefined || providerCode === undefined) return byStatus;
  if (byStatus.outcome === 'unknown' && !isSuccess) return { ...byStatus, providerCode };
  const { retryAfterMs } = byStatus.outcome === 'refused' ? byStatus : {};
  const known = onCode?.(providerCode, answer, http) ?? outcomeOfCode(codes, providerCode, { retryAfterMs });
  if (known !== undefined) return known;
  if (status === 401 || status === 429) return { ...byStatus, providerCode };
  return refusesWith === 'any-status' ? openCode(vendor, providerCode) : unrecognizedCode(vendor, providerCode);
}

/** A code of a vendor, a number or a text of up to 64 characters. Eight digits in a row may be a phone, and are none. */
export function codeIn(answer: JsonObject, field = 'code'): string | undefined {
  const code = textIn(answer, field) ?? countIn(answer, field)?.toString();
  return code !== undefined && /^(?!.*\d{8})[\w.:-]{1,64}$/.test(code) ? code : undefined;
}

/** The vendor said no, with a code that is in no table. */
export function unrecognizedCode(vendor: string, providerCode: string): Refused {
  const message = `${vendor} refused the request with the code ${providerCode}, which is in none of our tables.`;
  return refused('unrecognized_provider_code', message, { providerCode });
}

function openCode(vendor: string, providerCode: string): Unknown {
  const message = `${vendor} answered the code ${providerCode}, which is in none of our tables.`;
  return unknown('unrecognized_provider_code', message, { providerCode });
}

function unreadable(vendor: string, status: number): Unknown {
  const message = `${vendor} answered without a verdict: no JSON, no id or no status that is known.`;
  return unknown('invalid_response', message, { providerCode: `http-${status}` });
}

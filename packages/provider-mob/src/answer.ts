import {
  type Answered,
  type HttpOutcome,
  type NotSent,
  outcomeOfHttpStatus,
  type Refused,
  type Unknown,
  unknown,
} from '@polysms/core/provider-kit';

/**
 * Reads Mob's verdict. Mob answers HTTP 200 for refusals too; the verdict is the number `status` in a JSON body
 * whose content type may be anything. Mob's own words never get into an outcome: they may repeat the appkey.
 *
 * @param outcomeOf the table of the endpoint's statuses
 */
export function readAnswer<Outcome extends { readonly outcome: string }>(
  http: HttpOutcome,
  outcomeOf: (status: number) => Outcome,
): Outcome | Refused | NotSent | Unknown {
  if (http.outcome !== 'answered') return http;
  const isClientError = http.status >= 400 && http.status < 500;
  if (http.status !== 200 && !isClientError) return outcomeOfHttpStatus(http.status, http.headers);
  const status = readStatus(http.body);
  if (status === undefined) return isClientError ? outcomeOfHttpStatus(http.status, http.headers) : unreadable(http);
  const outcome = outcomeOf(status);
  // HTTP says no: Mob's verdict counts only if it says no as well.
  if (isClientError && outcome.outcome !== 'refused') return contradiction(http, status);
  return outcome;
}

/** The verdict; undefined if the body is anything but a JSON object with a whole number in `status`. */
function readStatus(body: string): number | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return undefined;
  // A string is no verdict: no source shows Mob sending one, and a guess could call a refusal a success.
  return Number.isSafeInteger(answer.status) ? (answer.status as number) : undefined;
}

function unreadable(http: Answered): Unknown {
  const what = http.body.trim() === '' ? 'an empty body' : 'a body that is not Mob’s JSON';
  return unknown('invalid_response', `Mob answered with ${what}.`, { providerCode: `http-${http.status}` });
}

function contradiction(http: Answered, status: number): Unknown {
  const message = `Mob answered HTTP ${http.status}, but with the status ${status}.`;
  return unknown('invalid_response', message, { providerCode: `http-${http.status}` });
}

import {
  accepted,
  type HttpOutcome,
  type JsonObject,
  type NotSent,
  type Refused,
  readCodedAnswer,
  type SendOutcome,
  textIn,
  type Unknown,
} from '@polysms/core/provider-kit';
import { acmeCodes } from './errors.js';

/** What became of a message. Success is exactly what Acme documents as success. */
export function sendOutcome(http: HttpOutcome): SendOutcome {
  return readAnswer(http, (answer): SendOutcome | undefined => {
    const id = textIn(answer, 'id');
    return id === undefined ? undefined : accepted(id);
  });
}

/** @param success undefined: the answer is no verdict */
export function readAnswer<Outcome>(
  http: HttpOutcome,
  success: (answer: JsonObject) => Outcome | undefined,
): Outcome | Refused | NotSent | Unknown {
  return readCodedAnswer(http, { vendor: 'Acme', codes: acmeCodes, success });
}

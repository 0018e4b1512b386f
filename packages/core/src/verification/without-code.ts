import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';

/** A provider's outcome without the code, should the vendor have repeated it: outcomes are shown and logged. */
export function withoutCode<Outcome extends SendOutcome | CheckOutcome>(outcome: Outcome, code: string): Outcome {
  if (!('message' in outcome) || code === '') return outcome;
  const { message, providerCode } = outcome;
  if (!message.includes(code) && !providerCode?.includes(code)) return outcome;
  // What the transport said may repeat it, too.
  return {
    ...outcome,
    message: message.replaceAll(code, '***'),
    providerCode: providerCode?.replaceAll(code, '***'),
    cause: undefined,
  };
}

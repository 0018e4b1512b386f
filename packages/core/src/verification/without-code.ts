import { inspect } from 'node:util';
import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';
import { maskCode } from './mask-code.js';

/**
 * A provider's outcome without the code, which a vendor may repeat in any spelling: outcomes are shown and logged.
 * Returns the same object if nothing in it repeats the code.
 */
export function withoutCode<Outcome extends SendOutcome | CheckOutcome>(outcome: Outcome, code: string): Outcome {
  if (!('message' in outcome) || code === '') return outcome;
  const message = masked(outcome.message, code);
  const providerCode = masked(outcome.providerCode, code);
  const reason = masked(outcome.code, code) === outcome.code ? outcome.code : 'unrecognized_provider_code';
  const isRepeated = message !== outcome.message || providerCode !== outcome.providerCode || reason !== outcome.code;
  // What the transport said may repeat it, too.
  if (!isRepeated && !repeats(outcome.cause, code)) return outcome;
  return { ...outcome, code: reason, message, providerCode, cause: undefined };
}

/** Providers in JavaScript may give a number where a text belongs. */
function masked<Text extends string | undefined>(text: Text, code: string): Text | string {
  if (text === undefined || text === null) return text;
  const shown = maskCode(String(text), code);
  return shown === String(text) ? text : shown;
}

function repeats(cause: unknown, code: string): boolean {
  if (cause === undefined) return false;
  try {
    // Lines and columns of a stack are numbers, too.
    const shown = inspect(cause, { depth: 5, customInspect: false }).replaceAll(/^ +at .*$/gm, '');
    return maskCode(shown, code) !== shown;
  } catch {
    return true;
  }
}

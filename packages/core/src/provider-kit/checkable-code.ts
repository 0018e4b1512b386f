import type { NotSent } from '../contract/outcomes.js';
import { notSent } from './outcomes.js';

/** Of what a person may type, the rest is not worth a request: no vendor makes longer codes. */
const longestCode = 32;

/** Why a typed code need not be shown to any vendor; undefined if it may be right. */
export function checkableCodeProblem(code: unknown): NotSent | undefined {
  if (typeof code === 'string' && code !== '' && code.length <= longestCode) return undefined;
  return notSent('invalid_request', `code: must have 1 to ${longestCode} characters`);
}

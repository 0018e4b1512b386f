import type { TemplateMessage } from '../contract/messages.js';
import { shownName } from '../errors/shown-name.js';

/** What the names of a vendor's variables are like. */
export interface ParamNames {
  readonly form: RegExp;
  /** In words, behind the name: `is no name of a variable, 1 to 16 characters without spaces`. */
  readonly expected: string;
}

/**
 * What is wrong with the parameters of a template, before a vendor is asked; undefined if nothing is. An empty value is
 * wrong as well: most vendors refuse it, and the others show a gap.
 *
 * @param names undefined for a vendor that takes values by their position: it never sees a name, so that any will do
 */
export function paramsProblem(params: TemplateMessage['params'], names?: ParamNames): string | undefined {
  if (!Array.isArray(params)) return 'params: must be a list of names and values';
  const seen = new Set<string>();
  for (const { name, value } of params) {
    const shown = shownName(String(name));
    if (names !== undefined && (typeof name !== 'string' || !names.form.test(name))) {
      return `params: ${shown} ${names.expected}`;
    }
    if (seen.has(name)) return `params: ${shown} is given twice`;
    if (typeof value !== 'string' || value === '') return `params: the value of ${shown} must be a text, and not empty`;
    // Half a character would arrive as a question mark.
    if (!value.isWellFormed()) return `params: the value of ${shown} is not well-formed text`;
    seen.add(name);
  }
  return undefined;
}

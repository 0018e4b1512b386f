import type { TemplateMessage } from '../contract/messages.js';
import { shownName } from '../errors/shown-name.js';

/** What the names of a vendor's variables are like. */
export interface ParamNames {
  readonly form: RegExp;
  /** In words, behind the name: `is no name of a variable, 1 to 16 characters without spaces`. */
  readonly expected: string;
}

/**
 * What is wrong with the parameters of a template, before a vendor is asked that takes them by name; undefined if nothing
 * is. An empty value is wrong as well: most vendors refuse it, and the others show a gap.
 */
export function paramsProblem(params: TemplateMessage['params'], { form, expected }: ParamNames): string | undefined {
  if (!Array.isArray(params)) return 'params: must be a list of names and values';
  const names = new Set<string>();
  for (const { name, value } of params) {
    const shown = shownName(String(name));
    if (typeof name !== 'string' || !form.test(name)) return `params: ${shown} ${expected}`;
    if (names.has(name)) return `params: ${shown} is given twice`;
    if (typeof value !== 'string' || value === '') return `params: the value of ${shown} must be a text, and not empty`;
    // Half a character would arrive as a question mark.
    if (!value.isWellFormed()) return `params: the value of ${shown} is not well-formed text`;
    names.add(name);
  }
  return undefined;
}

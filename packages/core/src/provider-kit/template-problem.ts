import type { TemplateMessage } from '../contract/messages.js';
import { brokenText, isBroken, shownName } from '../errors/shown-name.js';

/**
 * What is wrong with the values of a template for a vendor that takes them by name, before it is asked; undefined if
 * nothing is. Nothing of the values is repeated.
 */
export function templateProblem({ template, params }: TemplateMessage): string | undefined {
  if (typeof template !== 'string' || template.trim() === '')
    return 'template: the vendor’s id of a template is missing';
  if (!Array.isArray(params)) return 'params: must be a list of names and values';
  const names = new Set<string>();
  for (const { name, value } of params) {
    if (typeof name !== 'string' || name === '')
      return 'params: a parameter has no name; the vendor takes them by name';
    if (names.has(name)) return `params: ${shownName(name)} is given twice`;
    if (typeof value !== 'string') return `params: the value of ${shownName(name)} is not a string`;
    if (isBroken(value)) return `params: the value of ${shownName(name)} ${brokenText}`;
    names.add(name);
  }
  return undefined;
}

import { brokenText, isBroken, listOfNames, quotedName } from '../../errors/shown-name.js';

/** What an app passes for a template's parameters. */
export type TemplateParams = Readonly<Record<string, string>> | undefined;

/**
 * What is wrong with the parameters of a call; undefined if they are exactly those declared, all strings.
 * Names what is wrong, and never shows a value. A parameter that is `undefined` counts as not passed.
 */
export function templateParamsProblem(declared: ReadonlySet<string>, params: TemplateParams): string | undefined {
  const given: unknown = params ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return 'params must be an object of strings by name';
  const values = new Map<string, unknown>(Object.entries(given as object).filter(([, value]) => value !== undefined));
  const missing = [...declared].filter((name) => !values.has(name));
  const extra = [...values.keys()].filter((name) => !declared.has(name));
  const notStrings = [...values.keys()].filter((name) => declared.has(name) && typeof values.get(name) !== 'string');
  const broken = [...values.keys()].filter((name) => declared.has(name) && isBroken(values.get(name)));
  if (missing.length + extra.length + notStrings.length + broken.length === 0) return undefined;
  return [
    ...(missing.length > 0 ? [`missing: ${listOfQuoted(missing)}`] : []),
    ...(extra.length > 0 ? [`not a parameter of this template: ${listOfQuoted(extra)}`] : []),
    ...(notStrings.length > 0 ? [`must be a string: ${listOfQuoted(notStrings)}`] : []),
    ...(broken.length > 0 ? [`${brokenText}: ${listOfQuoted(broken)}`] : []),
    declared.size === 0 ? 'it takes no parameters' : `it takes ${listOfQuoted(declared)}`,
  ].join('; ');
}

/** One value; undefined if it is not the object's own or not a string. */
export function templateParam(params: TemplateParams, name: string): string | undefined {
  if (params === undefined || !Object.hasOwn(params, name)) return undefined;
  const value: unknown = params[name];
  return typeof value === 'string' ? value : undefined;
}

/** Names for a message, quoted, so that a blank at the end of one can be seen. */
export function listOfQuoted(names: Iterable<string>): string {
  return listOfNames(names, quotedName);
}

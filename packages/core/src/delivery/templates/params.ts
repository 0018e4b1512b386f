/** What an app passes for a template's parameters. */
export type TemplateParams = Readonly<Record<string, string>> | undefined;

/** Names listed in a message at most, so that a mistake with a large object stays readable. */
const longestList = 20;

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
  if (missing.length + extra.length + notStrings.length === 0) return undefined;
  return [
    ...(missing.length > 0 ? [`missing: ${listOfNames(missing)}`] : []),
    ...(extra.length > 0 ? [`not a parameter of this template: ${listOfNames(extra)}`] : []),
    ...(notStrings.length > 0 ? [`must be a string: ${listOfNames(notStrings)}`] : []),
    declared.size === 0 ? 'it takes no parameters' : `it takes ${listOfNames(declared)}`,
  ].join('; ');
}

/** One value; undefined if it is not the object's own or not a string. */
export function templateParam(params: TemplateParams, name: string): string | undefined {
  if (params === undefined || !Object.hasOwn(params, name)) return undefined;
  const value: unknown = params[name];
  return typeof value === 'string' ? value : undefined;
}

/** Names for a message, quoted, so that a blank at the end of one can be seen. */
export function listOfNames(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, longestList).map(quoted).join(', ');
  return all.length > longestList ? `${shown} and ${all.length - longestList} more` : shown;
}

/** A name for a message, shortened if someone has passed a text for a name. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

import { unescape as unescapePercent } from 'node:querystring';

/** The parameters of a request by name. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads a form as Mob's servers do, which is more than a browser sends: `&amp;` between pairs is a `&`
 * (the samples of Mob's own handbook carry it), empty pairs are skipped, a `%` that starts no escape stays as it is.
 * The first of several values for a name counts.
 */
export function parseForm(...forms: readonly string[]): Parameters {
  const parameters = new Map<string, string>();
  for (const pair of forms.flatMap((form) => form.split(/&(?:amp;)?/u))) {
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (name === '' || parameters.has(name)) continue;
    parameters.set(name, equals === -1 ? '' : decode(pair.slice(equals + 1)));
  }
  return parameters;
}

function decode(text: string): string {
  return unescapePercent(text.replaceAll('+', ' '));
}

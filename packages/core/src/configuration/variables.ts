import { shownName } from '../errors/shown-name.js';
import { nearestName } from '../provider-kit/unknown-names.js';

/** What every variable of Polysms begins with. */
export const variablePrefix = 'POLYSMS_';

/** `connectTimeoutMs` as a variable writes it: `CONNECT_TIMEOUT_MS`. */
export function upperSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}

/** `CONNECT_TIMEOUT_MS` as an option: `connectTimeoutMs`. Undefined if no option is written so. */
export function optionName(snake: string): string | undefined {
  if (!/^[A-Z]/.test(snake)) return undefined;
  const name = snake.toLowerCase().replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return upperSnake(name) === snake && /^\w+$/.test(name) && !name.includes('_') ? name : undefined;
}

/** What the variables of a provider begin with: `POLYSMS_MOB_BACKUP_`. */
export function prefixOf(id: string): string {
  return `${variablePrefix}${id.toUpperCase().replaceAll(/[._-]/g, '_')}_`;
}

/** What somebody may take the name of a variable for, by the names of the others. */
const guesses: ReadonlyMap<string, string> = new Map([
  ['POLYSMS_VERIFICATION_PEPPER', 'POLYSMS_PEPPER'],
  ['POLYSMS_VERIFICATION_PREVIOUS_PEPPER', 'POLYSMS_PREVIOUS_PEPPER'],
]);

/**
 * What is wrong with a variable that nobody knows: it is probably misspelt, and would silently do nothing.
 *
 * @param settings for suggestions
 * @param types the names of the factories
 * @param prefixes what the variables of the providers of the short form begin with; undefined if there is a file
 */
export function unknownProblem(
  name: string,
  settings: readonly string[],
  types: readonly string[],
  prefixes: readonly string[] | undefined,
): string {
  const type = types.find((each) => name.startsWith(prefixOf(each)) && !prefixes?.includes(prefixOf(each)));
  if (type !== undefined) {
    return prefixes === undefined
      ? 'belongs to POLYSMS_PROVIDERS, which is not set; name the variable in the configuration, or unset it'
      : `belongs to no provider of POLYSMS_PROVIDERS; write -${type} to keep it switched off`;
  }
  const ofProviders = prefixes?.flatMap((prefix) => withPrefix(name, prefix)) ?? [];
  const candidates = [...settings, ...guesses.keys(), ...ofProviders];
  // What all have in common would make any two look alike.
  const nearest = nearestName(withoutPrefix(name), candidates.map(withoutPrefix));
  if (nearest === undefined) return 'is not a setting; if it is not for Polysms, name it in otherVariables';
  const meant = variablePrefix + nearest;
  return `is not a setting; did you mean ${shownName(guesses.get(meant) ?? meant)}?`;
}

/** `POLYSMS_MBO_APP_KEY` as a variable of `mob`: its first words exchanged for the prefix. */
function withPrefix(name: string, prefix: string): readonly string[] {
  const words = prefix.split('_').length - 1;
  const option = name.split('_').slice(words).join('_');
  return option === '' ? [] : [prefix + option.toUpperCase()];
}

function withoutPrefix(name: string): string {
  return name.slice(variablePrefix.length);
}

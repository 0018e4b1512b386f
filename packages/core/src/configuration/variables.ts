import { shownName } from '../errors/shown-name.js';
import { nearestName } from '../provider-kit/nearest-name.js';
import type { Problems } from './problems.js';

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

/** What is known of the variables that begin with `POLYSMS_`. */
export interface KnownVariables {
  /** The settings, for suggestions. */
  readonly settings: readonly string[];
  /** Further variables that belong to something: a provider's options, what a configuration refers to. */
  readonly inUse: ReadonlySet<string>;
  /** What the variables of the providers of the short form begin with; undefined if there is a file. */
  readonly prefixes: readonly string[] | undefined;
  /** The names of the factories. */
  readonly types: readonly string[];
  /** Variables of the app itself; a star at the end stands for anything. */
  readonly others: readonly string[];
}

/** Reports every variable that nobody knows: it is probably misspelt, and would silently do nothing. */
export function reportUnknownVariables(names: readonly string[], known: KnownVariables, problems: Problems): void {
  for (const name of names) {
    if (!name.startsWith(variablePrefix) || known.settings.includes(name) || known.inUse.has(name)) continue;
    if (known.others.some((other) => isCalled(name, other))) continue;
    problems.add(shownName(name), unknownProblem(name, known));
  }
}

function unknownProblem(name: string, { settings, prefixes, types }: KnownVariables): string {
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

function isCalled(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
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

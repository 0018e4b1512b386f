import { shownName } from '../errors/shown-name.js';
import { nearestName } from './nearest-name.js';
import type { Problems } from './problems.js';
import { variablePrefix } from './variable-names.js';

/** What is known of the variables that begin with `POLYSMS_`. */
export interface KnownVariables {
  /** The settings, for suggestions. */
  readonly settings: readonly string[];
  /** Names that are none, and the settings that they mean. */
  readonly guesses: ReadonlyMap<string, string>;
  /** Further variables that belong to something: a provider's options, what a configuration refers to. */
  readonly inUse: ReadonlySet<string>;
  /** What variables of providers begin with. */
  readonly prefixes: readonly string[];
  /** Variables of the app itself; a star at the end stands for anything. */
  readonly others: readonly string[];
}

/** Reports every variable that nobody knows: it is probably misspelt, and would silently do nothing. */
export function reportUnknownVariables(names: readonly string[], known: KnownVariables, problems: Problems): void {
  const { settings, guesses, inUse, prefixes, others } = known;
  for (const name of names) {
    if (!name.startsWith(variablePrefix) || settings.includes(name) || inUse.has(name)) continue;
    if (others.some((other) => isCalled(name, other))) continue;
    const candidates = [...settings, ...guesses.keys(), ...prefixes.flatMap((prefix) => withPrefix(name, prefix))];
    // What all have in common would make any two look alike.
    const nearest = nearestName(withoutPrefix(name), candidates.map(withoutPrefix));
    const meant = nearest === undefined ? undefined : variablePrefix + nearest;
    const suggestion = meant === undefined ? '' : `; did you mean ${shownName(guesses.get(meant) ?? meant)}?`;
    problems.add(shownName(name), `is not a setting${suggestion}`);
  }
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

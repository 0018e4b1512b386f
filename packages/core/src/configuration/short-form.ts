import { shownName } from '../errors/shown-name.js';
import type { ConfigPath } from './config-path.js';
import type { Problems } from './problems.js';
import { type Environment, variableValue } from './resolve-references.js';
import { looksLikeSecret } from './secret-names.js';
import type { ShortFormProvider } from './short-form-ids.js';
import { shortFormRoute } from './short-form-route.js';
import type { EnvReference } from './sms-config.js';
import { optionName, upperSnake } from './variable-names.js';

/** A configuration that was written as variables. */
export interface ShortForm {
  readonly config: unknown;
  /** The variables that belong to its providers. */
  readonly variables: readonly string[];
  /** What the variables of each provider begin with. */
  readonly prefixes: readonly string[];
  /** The variable that a path came from. */
  placeOf(path: ConfigPath, problem: string): string;
}

/** Reads everything that belongs to the providers listed. Values stay in the environment, as references. */
export function readShortForm(
  all: readonly ShortFormProvider[],
  env: Environment,
  reserved: readonly string[],
  problems: Problems,
): ShortForm {
  const active = all.filter(({ off }) => !off);
  const variables: string[] = [];
  const options = new Map<ShortFormProvider, Map<string, EnvReference>>(all.map((provider) => [provider, new Map()]));
  for (const variable of Object.keys(env).filter((name) => !reserved.includes(name))) {
    const owner = ownerOf(variable, all);
    const option = owner && optionName(variable.slice(owner.prefix.length));
    if (owner === undefined || option === undefined) continue;
    variables.push(variable);
    const value = variableValue(env, variable);
    if (option === 'id' || option === 'type')
      problems.add(shownName(variable), 'belongs into POLYSMS_PROVIDERS, as id:type');
    else if (value !== undefined) options.get(owner)?.set(option, referenceTo(variable, option, value));
  }
  const route = shortFormRoute(env, all, problems);
  return {
    config: {
      providers: active.map((provider) => {
        return { type: provider.type, id: provider.id, ...Object.fromEntries(options.get(provider) ?? []) };
      }),
      ...(route === undefined ? {} : { routes: [route] }),
    },
    variables,
    prefixes: all.map(({ prefix }) => prefix),
    placeOf: ([root, index, option], problem) => {
      if (root === 'routes') return option === 'strategy' ? 'POLYSMS_STRATEGY' : 'POLYSMS_WEIGHTS';
      const provider = active[Number(index)];
      if (root !== 'providers' || provider === undefined) return 'POLYSMS_PROVIDERS';
      if (option !== undefined) return shownName(provider.prefix + upperSnake(String(option)));
      const named = [...(options.get(provider) ?? [])].filter(([name]) => mentions(problem, name));
      return (
        named.map(([, { env, as }]) => shownName(env) + (as === 'json' ? readAsJson : '')).join(', ') ||
        `${provider.prefix}…`
      );
    },
  };
}

/** The id of a template may look like a number. */
const readAsJson = ' (read as JSON; in double quotes it is text)';

/** The provider with the longest beginning: `POLYSMS_MOB_BACKUP_BASE_URL` is not an option of `mob`. */
function ownerOf(variable: string, providers: readonly ShortFormProvider[]): ShortFormProvider | undefined {
  return providers
    .filter(({ prefix }) => variable.startsWith(prefix))
    .reduce<ShortFormProvider | undefined>((a, b) => (a && a.prefix.length > b.prefix.length ? a : b), undefined);
}

/** Secrets are text, whatever they look like. Other values are what they look like; in quotes they are text. */
function referenceTo(variable: string, option: string, value: string): EnvReference {
  return !looksLikeSecret(option) && looksLikeJson(value) ? { env: variable, as: 'json' } : { env: variable };
}

function looksLikeJson(value: string): boolean {
  // Long ids, numbers with leading zeros and phone numbers with a plus would not survive as numbers.
  if (/^[-\d]/.test(value)) return String(Number(value)) === value && Number.isFinite(Number(value));
  if (!/^(?:true$|false$|["[{])/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** Whether a factory's message is about an option: `mob(): appKee: is not an option`. */
function mentions(problem: string, option: string): boolean {
  return [`: ${option}:`, `; ${option}:`, `: ${option}.`, `; ${option}.`].some((text) => problem.includes(text));
}

import { shownName } from '../errors/shown-name.js';
import type { ConfigPath } from './config-values.js';
import type { Problems } from './problems.js';
import { type Environment, variableValue } from './resolve-references.js';
import { looksLikeSecret } from './secret-names.js';
import type { ShortFormProvider } from './short-form-ids.js';
import { shortFormRoute } from './short-form-route.js';
import type { EnvReference } from './sms-config.js';
import { optionName, upperSnake } from './variables.js';

/** A configuration that was written as variables. */
export interface ShortForm {
  readonly config: unknown;
  /** The variables that belong to its providers. */
  readonly variables: readonly string[];
  /** What the variables of each provider begin with. */
  readonly prefixes: readonly string[];
  /** The variable that a path came from, and what is wrong with it, in words for whoever writes variables. */
  told(path: ConfigPath, problem: string): readonly [place: string, problem: string];
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
    told: ([root, index, option, name], problem) => {
      if (root === 'routes') {
        const place = option === 'strategy' ? 'POLYSMS_STRATEGY' : 'POLYSMS_WEIGHTS';
        return [option === 'weights' && name !== undefined ? `${place}.${shownName(name)}` : place, problem];
      }
      const provider = active[Number(index)];
      if (root !== 'providers' || provider === undefined) return ['POLYSMS_PROVIDERS', problem];
      const variableOf = (each: string) => shownName(provider.prefix + upperSnake(each));
      if (option !== undefined) return [variableOf(String(option)), problem];
      return toldOfFactory(problem, provider, options.get(provider) ?? new Map());
    },
  };
}

/** What a factory says about its options, told by their variables. */
function toldOfFactory(problem: string, { id, prefix }: ShortFormProvider, options: ReadonlyMap<string, EnvReference>) {
  const variableOf = (option: string) => shownName(prefix + upperSnake(option));
  const missing = [...problem.matchAll(/[:;] (\w+): is missing/g)].map(([, option = '']) => variableOf(option));
  const named = [...options]
    .filter(([option]) => mentions(problem, option))
    .map(([, { env, as }]) => shownName(env) + (as === 'json' ? readAsJson : ''));
  const absent = [...options.keys()]
    .filter((option) => problem.includes(`${option}: is not an option`))
    .flatMap((option) => absentProvider(upperSnake(option), id, options))
    .map((other) => `; ${other} is not in POLYSMS_PROVIDERS: write -${other} to keep it switched off`);
  const inVariables = problem.replaceAll(
    /did you mean (\w+)\?/g,
    (_, option: string) => `did you mean ${variableOf(option)}?`,
  );
  return [[...missing, ...named].join(', ') || `${prefix}…`, inVariables + [...new Set(absent)].join('')] as const;
}

/** `POLYSMS_MOB_BACKUP_APP_KEY` beside `POLYSMS_MOB_APP_KEY` is meant for a provider `mob-backup`. */
function absentProvider(snake: string, id: string, options: ReadonlyMap<string, EnvReference>): readonly string[] {
  const option = [...options.keys()].find((each) => snake.endsWith(`_${upperSnake(each)}`));
  if (option === undefined) return [];
  return [
    `${id}-${snake
      .slice(0, -upperSnake(option).length - 1)
      .toLowerCase()
      .replaceAll('_', '-')}`,
  ];
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

import { listOfNames, shownName } from '../errors/shown-name.js';
import { didYouMean } from '../provider-kit/unknown-names.js';
import { numberOrText } from './env-overrides.js';
import type { ConfigPath, Problems } from './problems.js';
import { looksLikeSecret } from './provider-config-problems.js';
import { type Environment, parseJson, variableValue } from './references.js';
import type { EnvReference } from './sms-config-schema.js';
import { optionName, prefixOf, upperSnake } from './variables.js';

/** One entry of `POLYSMS_PROVIDERS`. */
interface ShortFormProvider {
  readonly id: string;
  readonly type: string;
  /** What its variables begin with: `POLYSMS_MOB_BACKUP_`. */
  readonly prefix: string;
  /** Written with a minus in front: not in use now, but its variables may stay. */
  readonly off: boolean;
  /** Where its options are. */
  readonly options: Map<string, EnvReference>;
}

const entryPattern =
  /^(?<minus>-?)(?<id>(?=[^:]{1,64}(?::|$))[A-Za-z][A-Za-z\d]*(?:[._-][A-Za-z\d]+)*)(?::(?<type>[^:]+))?$/;

/** Reads `mob,mob-backup,-mock,main:mob`. Problems name the place in the list, never what is written there. */
function parseShortFormIds(
  list: string,
  types: readonly string[],
  reserved: readonly string[],
  problems: Problems,
): readonly ShortFormProvider[] {
  const providers: ShortFormProvider[] = [];
  for (const [index, item] of list.split(',').entries()) {
    const refuse = (problem: string) => problems.add(`POLYSMS_PROVIDERS.${index}`, problem);
    const { id, type = defaultType(id ?? '', types), minus } = entryPattern.exec(item.trim())?.groups ?? {};
    if (id === undefined) {
      refuse('must be an id of letters and digits, such as mob or mob-backup, or id:type');
      continue;
    }
    const prefix = prefixOf(id);
    const mixedUp = reserved.find((variable) => variable.startsWith(prefix));
    if (mixedUp !== undefined) refuse(`its variables would begin like ${mixedUp}; give it another id`);
    else if (providers.some((other) => other.prefix === prefix)) refuse('is there twice, or differs in signs only');
    else if (type === undefined || !types.includes(type)) refuse(typeProblem(type ?? id, types));
    else providers.push({ id, type, prefix, off: minus === '-', options: new Map() });
  }
  if (!problems.any && providers.every(({ off }) => off)) {
    problems.add('POLYSMS_PROVIDERS', 'must name a provider without a minus in front');
  }
  return providers;
}

/** The longest beginning that is a factory: `mob-backup` is a `mob`. */
function defaultType(id: string, types: readonly string[]): string | undefined {
  for (let name = id; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('-')))) {
    if (types.includes(name)) return name;
  }
  return undefined;
}

function typeProblem(name: string, types: readonly string[]): string {
  const suggestion = didYouMean(name, types) || didYouMean(name.split('-', 1)[0] ?? '', types);
  return `must begin with the name of a factory, or be id:type; the factories are ${listOfNames(types)}${suggestion}`;
}

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

/**
 * Reads the list of providers and everything that belongs to them. Values stay in the environment, as references.
 *
 * @param types the names of the factories
 * @param reserved variables with a meaning of their own, which no provider's may be mixed up with
 * @throws SmsError `configuration_invalid`, if the list is wrong
 */
export function readShortForm(
  list: string,
  env: Environment,
  types: readonly string[],
  reserved: readonly string[],
  problems: Problems,
): ShortForm {
  const all = parseShortFormIds(list, types, reserved, problems);
  // Without the ids it is not known whose variables the others are.
  if (problems.any) throw problems.error();
  const active = all.filter(({ off }) => !off);
  const variables: string[] = [];
  for (const variable of Object.keys(env).filter((name) => !reserved.includes(name))) {
    const owner = ownerOf(variable, all);
    const option = owner && optionName(variable.slice(owner.prefix.length));
    if (owner === undefined || option === undefined) continue;
    variables.push(variable);
    const value = variableValue(env, variable);
    if (option === 'id' || option === 'type') {
      problems.add(shownName(variable), 'belongs into POLYSMS_PROVIDERS, as id:type');
    } else if (value !== undefined) owner.options.set(option, referenceTo(variable, option, value));
  }
  const route = shortFormRoute(env, all, problems);
  return {
    config: {
      providers: active.map(({ type, id, options }) => ({ type, id, ...Object.fromEntries(options) })),
      ...(route && { routes: [route] }),
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
      return option === undefined
        ? toldOfFactory(problem, provider)
        : [shownName(provider.prefix + upperSnake(String(option))), problem];
    },
  };
}

/** What a factory says about its options, told by their variables. */
function toldOfFactory(problem: string, provider: ShortFormProvider): readonly [place: string, problem: string] {
  const { prefix, options } = provider;
  const variableOf = (option: string) => shownName(prefix + upperSnake(option));
  const missing = [...problem.matchAll(/[:;] (\w+): is missing/g)].map(([, option = '']) => variableOf(option));
  const named = [...options]
    .filter(([option]) => new RegExp(`[:;] ${option}[:.]`).test(problem))
    .map(([, { env, as }]) => shownName(env) + (as === 'json' ? readAsJson : ''));
  const absent = [...options.keys()]
    .filter((option) => problem.includes(`${option}: is not an option`))
    .flatMap((option) => absentProvider(upperSnake(option), provider))
    .map((other) => `; ${other} is not in POLYSMS_PROVIDERS: write -${other} to keep it switched off`);
  const inVariables = problem.replaceAll(
    /did you mean (\w+)\?/g,
    (_, option: string) => `did you mean ${variableOf(option)}?`,
  );
  return [[...missing, ...named].join(', ') || `${prefix}…`, inVariables + [...new Set(absent)].join('')];
}

/** `POLYSMS_MOB_BACKUP_APP_KEY` beside `POLYSMS_MOB_APP_KEY` is meant for a provider `mob-backup`. */
function absentProvider(snake: string, { id, options }: ShortFormProvider): readonly string[] {
  const ending = [...options.keys()].map((each) => `_${upperSnake(each)}`).find((each) => snake.endsWith(each));
  if (ending === undefined) return [];
  return [`${id}-${snake.slice(0, -ending.length).toLowerCase().replaceAll('_', '-')}`];
}

/** The id of a template may look like a number. */
const readAsJson = ' (read as JSON; in double quotes it is text)';

/** The provider with the longest beginning: `POLYSMS_MOB_BACKUP_BASE_URL` is not an option of `mob`. */
function ownerOf(variable: string, providers: readonly ShortFormProvider[]): ShortFormProvider | undefined {
  const owners = providers.filter(({ prefix }) => variable.startsWith(prefix));
  return owners.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** Secrets are text, whatever they look like. Other values are what they look like; in quotes they are text. */
function referenceTo(variable: string, option: string, value: string): EnvReference {
  return !looksLikeSecret(option) && looksLikeJson(value) ? { env: variable, as: 'json' } : { env: variable };
}

function looksLikeJson(value: string): boolean {
  // Long ids, numbers with leading zeros and phone numbers with a plus would not survive as numbers.
  if (/^[-\d]/.test(value)) return String(Number(value)) === value && Number.isFinite(Number(value));
  return /^(?:true$|false$|["[{])/.test(value) && parseJson(value) !== undefined;
}

/** The route that `POLYSMS_STRATEGY` and `POLYSMS_WEIGHTS` describe; undefined without them. The schema checks it. */
function shortFormRoute(
  env: Environment,
  providers: readonly ShortFormProvider[],
  problems: Problems,
): Readonly<Record<string, unknown>> | undefined {
  const strategy = variableValue(env, 'POLYSMS_STRATEGY')?.trim();
  const weights = variableValue(env, 'POLYSMS_WEIGHTS');
  if (strategy === undefined && weights === undefined) return undefined;
  const route = { providers: providers.filter(({ off }) => !off).map(({ id }) => id) };
  if (strategy !== 'weighted') {
    if (weights !== undefined) {
      problems.add('POLYSMS_WEIGHTS', 'belongs to the strategy weighted; set POLYSMS_STRATEGY=weighted, or unset this');
    }
    return strategy === undefined ? route : { ...route, strategy };
  }
  if (weights === undefined) {
    problems.add('POLYSMS_WEIGHTS', 'is not set; the strategy weighted needs it: mob=3,aliyun=1');
    return route;
  }
  const parsed = parseWeights(weights, providers, problems);
  return parsed === undefined ? route : { ...route, strategy, weights: parsed };
}

/** Undefined if a part of the list is wrong; the others would then be called incomplete. */
function parseWeights(list: string, providers: readonly ShortFormProvider[], problems: Problems) {
  let isGood = true;
  const weights = new Map<string, number | string>();
  for (const [index, item] of list.split(',').entries()) {
    const refuse = (problem: string) => {
      isGood = false;
      problems.add(`POLYSMS_WEIGHTS.${index}`, problem);
    };
    const [id = '', weight, ...others] = item.split('=').map((part) => part.trim());
    const provider = providers.find((each) => each.id === id);
    if (weight === undefined || others.length > 0) refuse('must be a provider and its weight, such as mob=3');
    else if (provider === undefined) {
      const ids = providers.map((each) => each.id);
      refuse(`must begin with an id of POLYSMS_PROVIDERS${didYouMean(id, ids)}`);
    } else if (weights.has(id)) refuse('gives a provider a second weight');
    // A provider that is off keeps its weight for later.
    else if (!provider.off) weights.set(id, numberOrText(weight));
  }
  return isGood ? Object.fromEntries(weights) : undefined;
}

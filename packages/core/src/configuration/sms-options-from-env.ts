import { readFileSync } from 'node:fs';
import type { SmsClientOptions } from '../client/sms-client-options.js';
import { shownName } from '../errors/shown-name.js';
import { readConfigSource, sourceVariables } from './config-source.js';
import { applyOverrides, overrides, variablePlace, variablesWithin } from './env-overrides.js';
import type { ProviderFactories } from './make-provider.js';
import { type ConfigPath, dotted, Problems } from './problems.js';
import { type Environment, pepperOf, providersOf, referencedVariables, variableValue } from './references.js';
import { readShortForm } from './short-form.js';
import { assembleOptions, requireInputs } from './sms-options-from-config.js';
import { unknownProblem, variablePrefix } from './variables.js';

/** What {@link smsOptionsFromEnv} needs besides the environment. */
export interface SmsOptionsFromEnvOptions {
  /** What makes a provider, by its `type`: `{ mob, mock }`. Required: the core knows no provider. */
  readonly factories: ProviderFactories;
  /** Reads the file that `POLYSMS_CONFIG_FILE` names. Default: from the disk, as UTF-8. */
  readonly readFile?: ((path: string) => string) | undefined;
  /**
   * Variables that begin with `POLYSMS_` and are not for Polysms: `['POLYSMS_GATEWAY_*']`. A star at the end stands
   * for anything. All others must be settings. Default: none.
   */
  readonly otherVariables?: readonly string[] | undefined;
}

const owner = 'smsOptionsFromEnv()';
const shortFormVariables = ['POLYSMS_STRATEGY', 'POLYSMS_WEIGHTS'];
const settings = [...sourceVariables, ...shortFormVariables, ...overrides.keys()];

/**
 * Makes the options of `createSmsClient` from variables: a JSON configuration in `POLYSMS_CONFIG`, or in the file
 * that `POLYSMS_CONFIG_FILE` names, or the short form, `POLYSMS_PROVIDERS`; with single settings on top.
 * `docs/configuration.md` lists them. An empty variable is the same as none.
 *
 * @param env `process.env`
 * @throws SmsError `configuration_invalid`, naming every path and variable that is wrong, and never a value. Providers
 * made by then are closed.
 */
export function smsOptionsFromEnv(env: Environment, options: SmsOptionsFromEnvOptions): SmsClientOptions {
  // JavaScript may leave everything out.
  const { factories, readFile = (path: string) => readFileSync(path, 'utf8'), otherVariables = [] } = { ...options };
  requireInputs(owner, env, factories);
  const problems = new Problems(owner);
  const source = readConfigSource(env, readFile, problems);
  if (source === undefined) throw problems.error();
  const types = Object.keys(factories);
  const short = source.form === 'short' ? readShortForm(source.list, env, types, settings, problems) : undefined;
  if (source.form === 'json') refuseShortForm(env, problems);
  const written = source.form === 'json' ? source.config : short?.config;
  const { config, variables } = applyOverrides(written, env, problems);
  const references = [...providersOf(config), { pepper: pepperOf(config) }].flatMap(referencedVariables);
  const known = new Set([...settings, ...references, ...(short?.variables ?? [])]);
  for (const name of Object.keys(env)) {
    if (!name.startsWith(variablePrefix) || known.has(name)) continue;
    if (otherVariables.some((other) => isCalled(name, other))) continue;
    problems.add(shownName(name), unknownProblem(name, settings, types, short?.prefixes));
  }
  // What the short form lacks is a variable too.
  const sources = short === undefined ? variables : [...overrides.keys()];
  const told = (path: ConfigPath, problem: string): readonly [string, string] => {
    const place = variablePlace(path, sources) ?? (short && variablesWithin(path, variables));
    return place === undefined ? (short?.told(path, problem) ?? [dotted(path), problem]) : [place, problem];
  };
  return assembleOptions(config, { env, factories, problems, told });
}

function refuseShortForm(env: Environment, problems: Problems): void {
  for (const variable of shortFormVariables.filter((name) => variableValue(env, name) !== undefined)) {
    problems.add(variable, 'belongs to POLYSMS_PROVIDERS; a configuration has routes with a strategy and weights');
  }
}

function isCalled(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

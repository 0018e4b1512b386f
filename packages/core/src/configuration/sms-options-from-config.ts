import * as v from 'valibot';
import type { SmsClientOptions } from '../client/sms-client-options.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { listOfNames } from '../errors/shown-name.js';
import { checkOptions, configurationInvalid } from '../provider-kit/options.js';
import { didYouMean } from '../provider-kit/unknown-names.js';
import { pepperSchema, type VerificationOptions } from '../verification/verification-options.js';
import { discard, makeProvider, type ProviderFactories } from './make-provider.js';
import { type ConfigPath, dotted, Problems, type Report } from './problems.js';
import { type Environment, pepperOf, providersOf, resolveReferences } from './references.js';
import { smsConfigSchema } from './sms-config-schema.js';

/** What {@link smsOptionsFromConfig} needs besides the configuration. */
export interface SmsOptionsFromConfigOptions {
  /** Where `{ "env": "NAME" }` finds its value: `process.env`. */
  readonly env: Environment;
  /** What makes a provider, by its `type`: `{ mob, mock }`. Required: the core knows no provider. */
  readonly factories: ProviderFactories;
}

const owner = 'smsOptionsFromConfig()';

/**
 * Makes the options of `createSmsClient` from data, such as a parsed JSON file.
 *
 * @param config an `SmsConfig`; nothing in it is believed before it is checked
 * @throws SmsError `configuration_invalid`, naming the path of everything that is wrong, and never a value. Providers
 * made by then are closed.
 */
export function smsOptionsFromConfig(config: unknown, options: SmsOptionsFromConfigOptions): SmsClientOptions {
  // JavaScript may leave everything out.
  const { env, factories } = { ...options };
  requireInputs(owner, env, factories);
  return assembleOptions(config, { env, factories, problems: new Problems(owner) });
}

/** What a configuration is made into options with. */
interface Assembly {
  readonly env: Environment;
  readonly factories: ProviderFactories;
  /** What was wrong already. */
  readonly problems: Problems;
  /** What an operator knows a setting by, its path or the variable that it came from, and what is wrong with it. */
  readonly told?: ((path: ConfigPath, problem: string) => readonly [place: string, problem: string]) | undefined;
}

/**
 * Refuses what only JavaScript can leave out: there are no default factories, for the core knows no provider.
 *
 * @throws SmsError `configuration_invalid`
 */
export function requireInputs(owner: string, env: unknown, factories: unknown): void {
  const isComplete = typeof factories === 'object' && factories !== null && Object.keys(factories).length > 0;
  if (!isComplete || !Object.values(factories).every((factory) => typeof factory === 'function')) {
    throw configurationInvalid(
      `${owner}: factories: must be an object of the functions that make providers, such as { factories: { mob } }`,
    );
  }
  if (typeof env !== 'object' || env === null) {
    throw configurationInvalid(`${owner}: env: must be an object of variables, such as process.env`);
  }
}

/**
 * Checks a configuration and makes its providers.
 *
 * A provider is made as soon as its own settings are right, whatever is wrong elsewhere: so its factory's complaints
 * are in the one error too. When there is an error, all that were made are closed again.
 */
export function assembleOptions(config: unknown, assembly: Assembly): SmsClientOptions {
  const { env, problems, told } = assembly;
  const wrong = new Set<string>();
  const report: Report = (path, problem) => {
    wrong.add(dotted(path.slice(0, 2)));
    problems.add(...(told?.(path, problem) ?? [dotted(path), problem]));
  };
  const checked = v.safeParse(smsConfigSchema, config);
  for (const issue of checked.issues ?? []) {
    report(issue.path?.map(({ key }) => key as string | number) ?? [], issue.message);
  }
  const providers: SmsProvider[] = [];
  for (const [index, entry] of providersOf(config).entries()) {
    if (wrong.has(`providers.${index}`)) continue;
    const provider = providerFrom(entry, ['providers', index], assembly, report);
    if (provider !== undefined) providers.push(provider);
  }
  const pepper = wrong.has('verification.pepper') ? undefined : resolvedPepper(pepperOf(config), env, report);
  if (!checked.success || problems.any) {
    for (const provider of providers) void discard(provider);
    throw problems.error();
  }
  const { verification, ...settings } = checked.output;
  return { ...settings, providers, ...(verification && { verification: { ...verification, pepper } }) };
}

function providerFrom(
  { type, ...options }: Readonly<Record<string, unknown>>,
  path: ConfigPath,
  { env, factories }: Assembly,
  report: Report,
): SmsProvider | undefined {
  const name = String(type);
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (factory === undefined) {
    const names = Object.keys(factories);
    report([...path, 'type'], `must be one of the factories ${listOfNames(names)}${didYouMean(name, names)}`);
    return undefined;
  }
  const resolved = resolveReferences(options, path, env, report);
  return resolved && makeProvider(name, factory, resolved, (problem) => report(path, problem));
}

/** The pepper with the values of its variables, checked by the client's own rules: here an operator is told the variable. */
function resolvedPepper(pepper: unknown, env: Environment, report: Report): VerificationOptions['pepper'] {
  if (pepper === undefined) return undefined;
  const resolved = resolveReferences({ pepper }, ['verification'], env, report);
  if (resolved === undefined) return undefined;
  const checked = checkOptions(pepperSchema, resolved.options['pepper']);
  if (checked.problems === undefined) return checked.value;
  for (const { path, problem } of checked.problems) report(['verification', 'pepper', ...path.map(String)], problem);
  return undefined;
}

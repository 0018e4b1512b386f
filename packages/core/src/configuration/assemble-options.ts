import * as v from 'valibot';
import type { SmsClientOptions } from '../client/sms-client-options.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { listOfNames } from '../errors/shown-name.js';
import { type ConfigPath, dotted } from './config-path.js';
import { isPlainObject } from './config-values.js';
import { discardProviders, makeProvider, type ProviderFactories } from './make-provider.js';
import { didYouMean } from './nearest-name.js';
import { Problems } from './problems.js';
import { pepperOf, resolvePepper } from './resolve-pepper.js';
import { type Environment, resolveReferences } from './resolve-references.js';
import { smsConfigSchema } from './sms-config-schema.js';

/** What a configuration is made into options with. */
export interface Assembly {
  /** The function that the user called, for the message. */
  readonly owner: string;
  readonly env: Environment;
  readonly factories: ProviderFactories;
  /** What was wrong already. */
  readonly problems?: Problems | undefined;
  /** What an operator knows a setting by: its path, or the variable that it came from. */
  readonly placeOf?: ((path: ConfigPath, problem: string) => string) | undefined;
}

/**
 * Checks a configuration and makes its providers.
 *
 * A provider is made as soon as its own settings are right, whatever is wrong elsewhere: so its factory's complaints
 * are in the one error too. When there is an error, all that were made are closed again.
 */
export function assembleOptions(config: unknown, assembly: Assembly): SmsClientOptions {
  const { owner, env, problems = new Problems(), placeOf = dotted } = assembly;
  const wrong = new Set<string>();
  const report = (path: ConfigPath, problem: string) => {
    wrong.add(dotted(path.slice(0, 2)));
    problems.add(placeOf(path, problem), problem);
  };
  const checked = v.safeParse(smsConfigSchema, config);
  for (const issue of checked.issues ?? []) {
    report(issue.path?.map(({ key }) => key as string | number) ?? [], issue.message);
  }
  const providers: SmsProvider[] = [];
  for (const [index, entry] of entriesOf(config).entries()) {
    if (wrong.has(`providers.${index}`)) continue;
    const provider = providerFrom(entry, ['providers', index], assembly, report);
    if (provider !== undefined) providers.push(provider);
  }
  const pepper = wrong.has('verification.pepper') ? undefined : resolvePepper(pepperOf(config), env, report);
  if (!checked.success || problems.any) {
    discardProviders(providers);
    throw problems.error(owner);
  }
  const { verification, ...settings } = checked.output;
  return { ...settings, providers, ...(verification && { verification: { ...verification, pepper } }) };
}

function providerFrom(
  { type, ...options }: Readonly<Record<string, unknown>>,
  path: ConfigPath,
  { env, factories }: Assembly,
  report: (path: ConfigPath, problem: string) => void,
): SmsProvider | undefined {
  const name = String(type);
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (factory === undefined) {
    const names = Object.keys(factories);
    report([...path, 'type'], `must be one of the factories ${listOfNames(names)}${didYouMean(name, names)}`);
    return undefined;
  }
  let complete = true;
  const resolved = resolveReferences(options, path, env, (at, problem) => {
    complete = false;
    report(at, problem);
  });
  if (!complete) return undefined;
  const made = makeProvider(name, factory, resolved);
  if ('provider' in made) return made.provider;
  report(path, made.problem);
  return undefined;
}

/** The providers as far as they are objects; the schema has complained of the others. */
function entriesOf(config: unknown): readonly Record<string, unknown>[] {
  const providers = isPlainObject(config) ? config['providers'] : undefined;
  return Array.isArray(providers) ? providers.map((entry: unknown) => (isPlainObject(entry) ? entry : {})) : [];
}

import type { SmsClientOptions } from '../client/sms-client-options.js';
import { assembleOptions, requireInputs } from './assemble-options.js';
import type { ProviderFactories } from './make-provider.js';
import type { Environment } from './resolve-references.js';

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
  requireInputs(owner, { env, factories });
  return assembleOptions(config, { owner, env, factories });
}

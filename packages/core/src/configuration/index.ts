/** The options of a client as data: a JSON file, environment variables. */

export type { ProviderFactories, ProviderFactory } from './make-provider.js';
export type { Environment } from './references.js';
export {
  type ConfigValue,
  type EnvReference,
  type ProviderConfig,
  type SmsConfig,
  smsConfigSchema,
  type VerificationConfig,
} from './sms-config-schema.js';
export { type SmsOptionsFromConfigOptions, smsOptionsFromConfig } from './sms-options-from-config.js';
export { type SmsOptionsFromEnvOptions, smsOptionsFromEnv } from './sms-options-from-env.js';

/** The options of a client as data: a JSON file, environment variables. */

export type { ProviderFactories, ProviderFactory } from './make-provider.js';
export type { Environment } from './resolve-references.js';
export type {
  ConfigValue,
  EnvReference,
  ProviderConfig,
  SmsConfig,
  VerificationConfig,
} from './sms-config.js';
export { smsConfigSchema } from './sms-config-schema.js';
export { type SmsOptionsFromConfigOptions, smsOptionsFromConfig } from './sms-options-from-config.js';
export { type SmsOptionsFromEnvOptions, smsOptionsFromEnv } from './sms-options-from-env.js';

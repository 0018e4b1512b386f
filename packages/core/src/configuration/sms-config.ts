import type { SmsClientOptions } from '../client/sms-client-options.js';
import type { CircuitBreakerOptions } from '../delivery/circuits/circuit-breaker-options.js';
import type { GuardOptions } from '../guard/guard-options.js';
import type { VerificationOptions } from '../verification/verification-options.js';

/**
 * A client's options as data: what a JSON file may hold. `docs/configuration.md` has a table of every setting.
 * It never holds a secret: those stay in the environment, and an {@link EnvReference} says where.
 */
export interface SmsConfig
  extends Omit<SmsClientOptions, 'providers' | 'breaker' | 'idempotency' | 'verification' | 'guard' | 'stores'> {
  /** The accounts that may send; without routes their order is the priority. */
  readonly providers: readonly ProviderConfig[];
  /** When a provider's circuit opens, and for how long. */
  readonly breaker?: Omit<CircuitBreakerOptions, 'random'> | undefined;
  /** For how long idempotency keys are kept, in milliseconds. Default 24 hours. */
  readonly idempotency?: { readonly ttlMs?: number | undefined } | undefined;
  /** How codes are made, sent and checked. */
  readonly verification?: VerificationConfig | undefined;
  /** How verifications are kept from abuse; false: not at all. `screen` is code, and is added to the options. */
  readonly guard?: Omit<GuardOptions, 'screen'> | false | undefined;
}

/** {@link VerificationOptions}, without a secret. */
export interface VerificationConfig extends Omit<VerificationOptions, 'pepper'> {
  /** Where the secret is under which codes are kept: `{ "env": "POLYSMS_PEPPER" }`. */
  readonly pepper?:
    | EnvReference
    | { readonly current: EnvReference; readonly previous?: EnvReference | undefined }
    | undefined;
}

/** One account: the name of its factory, and the options that the factory takes. */
export interface ProviderConfig {
  /** Which factory makes it: a key of the `factories` that the app passes. */
  readonly type: string;
  /** The account's name in routes, errors and events. The default is the factory's own. */
  readonly id?: string | EnvReference | undefined;
  /** Handed to the factory, with the value of the variable in the place of every {@link EnvReference}. */
  readonly [option: string]: ConfigValue | undefined;
}

/** Stands for the value of a variable of the environment: `{ "env": "MOB_APP_KEY" }`. */
export type EnvReference = {
  /** The variable. It is an error if it is not set, or empty. */
  readonly env: string;
  /** `text`, the default: the value as it is. `json`: the value is read as JSON: a number, `true`, a list. */
  readonly as?: 'text' | 'json' | undefined;
};

/** What JSON can hold. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | EnvReference
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

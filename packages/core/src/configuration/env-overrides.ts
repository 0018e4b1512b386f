import { type ConfigPath, dotted } from './config-path.js';
import { isPlainObject, isReference } from './config-values.js';
import type { Problems } from './problems.js';
import { pepperOf } from './resolve-pepper.js';
import { type Environment, variableValue } from './resolve-references.js';
import type { EnvReference } from './sms-config.js';
import { upperSnake, variablePrefix } from './variable-names.js';

/** Makes a setting of what a variable holds; the schema checks it later, like the rest. A secret stays where it is. */
type Reading = ((value: string) => unknown) | 'secret';

const overridable: readonly (readonly [setting: string, read: Reading, variable?: string])[] = [
  ['defaultCountry', asText],
  ['deadlineMs', numberOrText],
  ['attemptTimeoutMs', numberOrText],
  ['maxAttempts', numberOrText],
  ['retryBudget.ratio', numberOrText],
  ['retryBudget.burst', numberOrText],
  ['breaker.failureRatePercent', numberOrText],
  ['breaker.minimumCalls', numberOrText],
  ['breaker.consecutiveFailures', numberOrText],
  ['breaker.windowMs', numberOrText],
  ['breaker.openMs', numberOrText],
  ['breaker.maxOpenMs', numberOrText],
  ['onUnknown.message', asText],
  ['onUnknown.verification', asText],
  ['idempotency.ttlMs', numberOrText],
  ['verification.pepper.current', 'secret', 'POLYSMS_PEPPER'],
  ['verification.pepper.previous', 'secret', 'POLYSMS_PREVIOUS_PEPPER'],
  ['verification.codes', asText],
  ['verification.text', objectOrText],
  ['verification.template', objectOrText],
  ['verification.codeLength', numberOrText],
  ['verification.lifetimeMs', numberOrText],
  ['verification.maxChecks', numberOrText],
  ['verification.maxFailures', numberOrText],
  ['verification.failureWindowMs', numberOrText],
  ['verification.tenant', asText],
  ['guard.limits.global', jsonOrText],
  ['guard.limits.prefix', jsonOrText],
  ['guard.limits.ip', jsonOrText],
  ['guard.limits.phone', jsonOrText],
  ['guard.prefixOmitsDigits', numberOrText],
  ['guard.destinations', objectOrText],
  ['guard.failOpen', jsonOrText],
  ['guard.alarm.windowMs', numberOrText],
  ['guard.alarm.minimumStarts', numberOrText],
  ['guard.alarm.approvalRatePercent', numberOrText],
];

/** A setting that a variable can override. */
export interface Override {
  readonly path: readonly string[];
  readonly read: Reading;
}

/** These settings by variable: `POLYSMS_BREAKER_OPEN_MS` is `breaker.openMs`. */
export const overrides: ReadonlyMap<string, Override> = new Map(
  overridable.map(([setting, read, variable]) => {
    const path = setting.split('.');
    return [variable ?? variablePrefix + path.map(upperSnake).join('_'), { path, read }];
  }),
);

/** What somebody may take the name of a variable for, by the names of the others. */
export const guesses: ReadonlyMap<string, string> = new Map([
  ['POLYSMS_VERIFICATION_PEPPER', 'POLYSMS_PEPPER'],
  ['POLYSMS_VERIFICATION_PREVIOUS_PEPPER', 'POLYSMS_PREVIOUS_PEPPER'],
]);

/** A configuration after its overrides, and the variables that were laid over it. */
export interface OverriddenConfig {
  readonly config: unknown;
  readonly variables: readonly string[];
}

/** Lays the variables that are set over a configuration. */
export function applyOverrides(config: unknown, env: Environment, problems: Problems): OverriddenConfig {
  const variables: string[] = [];
  if (!isPlainObject(config)) return { config, variables };
  let overridden: Record<string, unknown> = config;
  for (const [variable, { path, read }] of overrides) {
    const value = variableValue(env, variable);
    if (value === undefined) continue;
    const off = switchedOff(overridden, path);
    if (off !== undefined) problems.add(variable, `has no effect, since ${off} is false; unset it`);
    const laid =
      read === 'secret'
        ? layOver(withPepperInParts(overridden), path, (before) => secretOver(before, variable))
        : layOver(overridden, path, () => read(value));
    if (laid === undefined) continue;
    overridden = laid;
    variables.push(variable);
  }
  return { config: overridden, variables };
}

/** Where a path comes from: `POLYSMS_GUARD_LIMITS_IP.0.max`. Undefined if it is none of these variables. */
export function variablePlace(path: ConfigPath, variables: readonly string[]): string | undefined {
  for (const variable of variables) {
    const setting = overrides.get(variable)?.path ?? [];
    if (setting.every((key, index) => path[index] === key)) return dotted([variable, ...path.slice(setting.length)]);
  }
  return undefined;
}

/** The setting above a path that is false: its own settings are not looked at. */
function switchedOff(config: unknown, path: readonly string[]): string | undefined {
  let value = config;
  for (const [index, name] of path.slice(0, -1).entries()) {
    value = isPlainObject(value) ? value[name] : undefined;
    if (value === false) return path.slice(0, index + 1).join('.');
  }
  return undefined;
}

/** A copy with another value at a path. Undefined if something else is in the way; the schema says what is wrong. */
function layOver(
  target: unknown,
  path: readonly string[],
  put: (before: unknown) => unknown,
): Record<string, unknown> | undefined {
  const [name = '', ...inner] = path;
  const outer = target ?? {};
  if (!isPlainObject(outer)) return undefined;
  const before = outer[name];
  const after = inner.length === 0 ? put(before) : layOver(before, inner, put);
  return after === undefined ? undefined : { ...outer, [name]: after };
}

/** `{ "env": "A" }` is short for `{ "current": { "env": "A" } }`. */
function withPepperInParts(config: unknown): unknown {
  const pepper = pepperOf(config);
  if (!isReference(pepper)) return config;
  return layOver(config, ['verification', 'pepper'], () => ({ current: pepper }));
}

/** A number if it is written like one; the schema refuses any other text where a number belongs. */
export function numberOrText(value: string): number | string {
  const trimmed = value.trim();
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

function asText(value: string): string {
  return value.trim();
}

/** What JSON says, such as a list or `false`; the schema refuses any other text where that belongs. */
function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value.trim();
  }
}

/** An object if it is one in JSON. Anything else is text: the name of a template may look like a number. */
function objectOrText(value: string): unknown {
  const json = jsonOrText(value);
  return isPlainObject(json) ? json : value.trim();
}

/** A secret that is written in the file itself stays there, to be refused. */
function secretOver(before: unknown, variable: string): EnvReference | undefined {
  return before === undefined || isReference(before) ? { env: variable } : undefined;
}

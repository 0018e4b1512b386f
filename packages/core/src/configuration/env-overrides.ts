import { type ConfigPath, dotted } from './config-path.js';
import { isPlainObject } from './config-values.js';
import { type Environment, variableValue } from './resolve-references.js';
import { upperSnake, variablePrefix } from './variable-names.js';

const overridable: readonly (readonly [string] | readonly [string, string])[] = [
  ['deadlineMs'],
  ['maxAttempts'],
  ['retryBudget', 'ratio'],
  ['retryBudget', 'burst'],
  ['breaker', 'failureRatePercent'],
  ['breaker', 'minimumCalls'],
  ['breaker', 'windowMs'],
  ['breaker', 'openMs'],
  ['breaker', 'maxOpenMs'],
  ['onUnknown', 'message'],
  ['onUnknown', 'verification'],
  ['idempotency', 'ttlMs'],
];

/** The settings that a variable can override, by variable: `POLYSMS_BREAKER_OPEN_MS` is `['breaker', 'openMs']`. */
export const overrides: ReadonlyMap<string, (typeof overridable)[number]> = new Map(
  overridable.map((path) => [variablePrefix + path.map(upperSnake).join('_'), path]),
);

/** A configuration after its overrides, and which variable each overridden path came from. */
export interface OverriddenConfig {
  readonly config: unknown;
  readonly variables: ReadonlyMap<string, string>;
}

/** Lays the variables that are set over a configuration. The schema checks them later, like the rest. */
export function applyOverrides(config: unknown, env: Environment): OverriddenConfig {
  const variables = new Map<string, string>();
  if (!isPlainObject(config)) return { config, variables };
  const overridden: Record<string, unknown> = { ...config };
  for (const [variable, path] of overrides) {
    const value = variableValue(env, variable);
    if (value === undefined) continue;
    const [name, inner] = path;
    if (inner === undefined) overridden[name] = numberOrText(value);
    else {
      const outer = overridden[name] ?? {};
      // Something else in its place is wrong by itself, and the schema will say so.
      if (!isPlainObject(outer)) continue;
      overridden[name] = { ...outer, [inner]: numberOrText(value) };
    }
    variables.set(dotted(path satisfies ConfigPath), variable);
  }
  return { config: overridden, variables };
}

/** A number if it is written like one; the schema refuses any other text where a number belongs. */
export function numberOrText(value: string): number | string {
  const trimmed = value.trim();
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

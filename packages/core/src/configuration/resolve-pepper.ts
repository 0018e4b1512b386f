import * as v from 'valibot';
import { type VerificationOptions, verificationOptionsSchema } from '../verification/verification-options.js';
import type { ConfigPath } from './config-path.js';
import { isPlainObject } from './config-values.js';
import { type Environment, resolveReferences } from './resolve-references.js';

/** The pepper of a configuration, by references. */
export function pepperOf(config: unknown): unknown {
  const verification = isPlainObject(config) ? config['verification'] : undefined;
  return isPlainObject(verification) ? verification['pepper'] : undefined;
}

/**
 * Puts the values of variables in the place of the pepper's references, and checks them by the client's own rules:
 * here an operator is told the variable. Calls `report` for everything that is wrong.
 */
export function resolvePepper(
  pepper: unknown,
  env: Environment,
  report: (path: ConfigPath, problem: string) => void,
): VerificationOptions['pepper'] {
  let complete = true;
  const { options } = resolveReferences({ pepper }, ['verification'], env, (path, problem) => {
    complete = false;
    report(path, problem);
  });
  if (!complete) return undefined;
  const checked = v.safeParse(verificationOptionsSchema, options);
  if (checked.success) return checked.output.pepper;
  for (const { path, message } of checked.issues) {
    report(['verification', ...(path ?? []).map(({ key }) => String(key))], message);
  }
  return undefined;
}

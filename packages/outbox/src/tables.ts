import { SmsError } from '@polysms/core/stores';

/** What the engine runs: our jobs, by this name. */
export const sendTask = 'polysms.send';
/** What nobody runs: jobs that ended without success wait under this name for a person. */
export const deadTask = 'polysms.dead';

/** The engine counts a run when it begins, and a process may die in any of them: only {@link nextStep} ends a job. */
export const mostRuns = 32_767;

const names = /^[a-z_][a-z0-9_]{0,62}$/;

/** @throws SmsError `configuration_invalid` */
export function readSchema(caller: string, schema: unknown = 'graphile_worker'): string {
  // It becomes a part of statements.
  if (typeof schema === 'string' && names.test(schema)) return schema;
  throw invalid(`${caller}: schema must be lower-case letters, digits and underscores, 63 at most.`);
}

export function invalid(message: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message });
}

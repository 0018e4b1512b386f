import type { TemplateCatalogue } from '../delivery/template-catalogue.js';
import { parseTemplateText } from '../delivery/template-text.js';
import { configurationInvalid } from '../provider-kit/options.js';
import { variantsOf } from '../verification/localized.js';
import type { ParsedVerificationOptions } from '../verification/verification-options.js';

/** What may stand in a message that carries a code; the code must. */
export const messageParams: readonly string[] = ['code', 'minutes'];

/**
 * Checks the messages that carry codes when the client is made, not when the first person waits for one.
 *
 * @throws SmsError `configuration_invalid`
 */
export function checkVerificationMessages(
  { kind, names }: ParsedVerificationOptions['message'],
  catalogue: TemplateCatalogue,
): void {
  for (const name of variantsOf(names)) {
    const problem = kind === 'text' ? textProblem(name) : templateProblem(name, catalogue.paramsOf(name));
    if (problem !== undefined) throw configurationInvalid(`createSmsClient(): verification.${kind}: ${problem}.`);
  }
}

function textProblem(source: string): string | undefined {
  const result = parseTemplateText(source);
  return result.status === 'malformed' ? result.problem : paramsProblem(result.text.names);
}

function templateProblem(name: string, params: readonly string[] | undefined): string | undefined {
  if (params === undefined) return `there is no template ${JSON.stringify(name)} in templates; add it`;
  return paramsProblem(params);
}

function paramsProblem(params: readonly string[]): string | undefined {
  if (!params.includes('code')) return 'has no {code}; put it where the code is to stand';
  const other = params.find((param) => !messageParams.includes(param));
  return other === undefined ? undefined : `knows {code} and {minutes}, not ${JSON.stringify(other)}`;
}

import type { SmsProvider } from '../contract/sms-provider.js';
import type { Route } from '../delivery/plan-route.js';
import type { TemplateCatalogue } from '../delivery/templates/catalogue.js';
import { parseTemplateText } from '../delivery/templates/template-text.js';
import { quotedName } from '../errors/shown-name.js';
import { configurationInvalid } from '../provider-kit/options.js';
import { variantsOf } from './localized.js';
import type { ParsedVerificationOptions } from './verification-options.js';

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
  const variants = typeof names === 'string' ? { '': names } : names;
  for (const [language, name] of Object.entries(variants)) {
    const problem = kind === 'text' ? textProblem(name) : templateProblem(name, catalogue.paramsOf(name));
    if (problem === undefined) continue;
    const field = language === '' ? `verification.${kind}` : `verification.${kind}.${language}`;
    throw configurationInvalid(`createSmsClient(): ${field}: ${problem}.`);
  }
}

/**
 * Checks that a verification can be sent at all: by some provider of some route.
 *
 * @throws SmsError `configuration_invalid`
 */
export function checkCodeSenders(
  providers: readonly SmsProvider[],
  routes: readonly Route[],
  { codes, message }: ParsedVerificationOptions,
  catalogue: TemplateCatalogue,
): void {
  const carries = (provider: SmsProvider) => {
    if (codes === 'issued' && provider.verification !== null) return true;
    if (message.kind === 'text') return provider.sends.text;
    return variantsOf(message.names).some((name) => catalogue.canRender(name, provider));
  };
  const routed = new Set(routes.flatMap((route) => route.providers));
  if (providers.some((provider) => routed.has(provider.id) && carries(provider))) return;
  throw configurationInvalid(
    codes === 'local'
      ? 'createSmsClient(): verification: no provider can carry a code of ours: set verification.template to a template that they can render, or add a provider that sends texts.'
      : 'createSmsClient(): verification: no provider makes codes, and none can carry one: set verification.template, or add a provider that sends texts.',
  );
}

function textProblem(source: string): string | undefined {
  const result = parseTemplateText(source);
  return result.status === 'malformed' ? result.problem : paramsProblem(result.text.names);
}

function templateProblem(name: string, params: readonly string[] | undefined): string | undefined {
  if (params === undefined) return `there is no template ${quotedName(name)} in templates; add it`;
  return paramsProblem(params);
}

function paramsProblem(params: readonly string[]): string | undefined {
  if (!params.includes('code')) return 'has no {code}; put it where the code is to stand';
  const other = params.find((param) => !messageParams.includes(param));
  return other === undefined ? undefined : `knows {code} and {minutes}, not ${quotedName(other)}`;
}

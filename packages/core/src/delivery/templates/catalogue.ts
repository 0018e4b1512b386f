import type { MessageEnvelope, OutboundMessage } from '../../contract/messages.js';
import type { SmsProvider } from '../../contract/sms-provider.js';
import { brokenText, isBroken, quotedName } from '../../errors/shown-name.js';
import { SmsError } from '../../errors/sms-error.js';
import { configurationInvalid } from '../../provider-kit/options.js';
import { type CompiledTemplate, compileTemplate } from './compiler.js';
import { listOfQuoted, type TemplateParams, templateParam, templateParamsProblem } from './params.js';
import { fillTemplateText } from './template-text.js';

/**
 * What each template means to each provider, by the name that an app uses. Can be kept as JSON.
 *
 * Every provider of every route must be able to render every template: with an entry of its own if it sends
 * templates, or from `text` if it sends texts.
 */
export type TemplateCatalogueOptions = Readonly<Record<string, TemplateOptions>>;

/** One template. */
export interface TemplateOptions {
  /** The parameters that an app passes, by name; exactly these. Default: none. */
  readonly params?: readonly string[] | undefined;
  /**
   * The words, for providers that send texts: `'Your order {order} has shipped.'`. `{name}` stands for a parameter,
   * `{{` and `}}` for a brace. Values are put in as they are.
   */
  readonly text?: string | undefined;
  /** What the template is called at each vendor, by provider id. Comes before `text` where a provider sends both. */
  readonly providers?: Readonly<Record<string, VendorTemplateOptions>> | undefined;
}

/** One template at one vendor. */
export interface VendorTemplateOptions {
  /** The vendor's own id of the template. */
  readonly template: string;
  /** The vendor's signature (the bracketed sender name in China), if it is not part of the template. */
  readonly signature?: string | undefined;
  /**
   * The parameters that the vendor takes. A list: ours, in the vendor's order. An object: the vendor's name of each,
   * and ours: `{ order_no: 'order' }`; in its own order, except that JavaScript puts whole numbers first, ascending.
   * What the vendor does not need is left out. Default: all, in the order of the template's `params`.
   */
  readonly params?: readonly string[] | Readonly<Record<string, string>> | undefined;
}

/** What the catalogue must know of a provider. */
export type TemplateProvider = Pick<SmsProvider, 'id' | 'sends'>;

/** Why a call's template or parameters are wrong: the code and the message of the error it is to become. */
export interface TemplateProblem {
  readonly code: 'invalid_request';
  /** Names the template and the parameters, and never shows a value. */
  readonly message: string;
}

/** The templates of a client. Compiled and checked when it is made: later changes to the options do nothing. */
export interface TemplateCatalogue {
  /**
   * What is wrong with a call; undefined if nothing is. A template must be in the catalogue, and its parameters
   * exactly those declared, all strings.
   */
  check(name: string, params: TemplateParams): TemplateProblem | undefined;
  /** The parameters that a template declares; undefined if there is no such template. */
  paramsOf(name: string): readonly string[] | undefined;
  /** Whether this provider can render the template: by an entry of its own, or as a text. */
  canRender(name: string, provider: TemplateProvider): boolean;
  /**
   * The message for this provider. Checks nothing twice: call {@link TemplateCatalogue.check} before.
   *
   * @throws SmsError `unsupported_message` if the provider cannot render it, `invalid_request` if a parameter that
   * it needs is missing
   */
  render(name: string, params: TemplateParams, envelope: MessageEnvelope, provider: TemplateProvider): OutboundMessage;
}

/**
 * Makes the catalogue.
 *
 * @param routedProviders the providers of all routes; each must be able to render each template. One that sends
 * neither texts nor templates (verification only) is passed over.
 * @param allProviders every provider of the client: an entry may be for any of these. Default: the routed ones.
 * @param isExempt whether a provider need not render a template: it makes codes of its own instead of carrying ours
 * @throws SmsError `configuration_invalid`, listing everything that is wrong, where, and what to do about it
 */
export function createTemplateCatalogue(
  options: TemplateCatalogueOptions,
  routedProviders: readonly TemplateProvider[],
  allProviders: readonly TemplateProvider[] = routedProviders,
  isExempt: (name: string, providerId: string) => boolean = () => false,
): TemplateCatalogue {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw configurationInvalid('createSmsClient(): templates: must be an object by template name');
  }
  const templates = new Map<string, CompiledTemplate>();
  const problems: string[] = [];
  const routed = new Map(routedProviders.map((provider) => [provider.id, provider]));
  const knownIds = new Set([...routed.keys(), ...allProviders.map(({ id }) => id)]);
  for (const [name, templateOptions] of Object.entries(options)) {
    const path = `templates[${quotedName(name)}]`;
    const before = problems.length;
    const template = compileTemplate(templateOptions, (at, problem) => problems.push(`${path}${at}: ${problem}`));
    if (isBroken(name)) problems.push(`${path}: its name ${brokenText}`);
    templates.set(name, template);
    for (const id of template.entries.keys()) {
      if (knownIds.has(id)) continue;
      problems.push(`${path}.providers[${quotedName(id)}]: there is no such provider, only ${listOfQuoted(knownIds)}`);
    }
    // A malformed template has its problems listed already; that no provider can render it follows from them.
    if (problems.length > before) continue;
    for (const provider of routed.values()) {
      if (isExempt(name, provider.id)) continue;
      const remedy = remedyFor(template, provider);
      if (remedy !== undefined)
        problems.push(`${path}: provider ${quotedName(provider.id)} cannot render it: ${remedy}`);
    }
  }
  if (problems.length > 0) throw configurationInvalid(`createSmsClient(): ${problems.join('; ')}`);
  return new CompiledCatalogue(templates);
}

function remedyFor(template: CompiledTemplate, { id, sends }: TemplateProvider): string | undefined {
  if ((!sends.text && !sends.template) || formFor(template, { id, sends }) !== undefined) return undefined;
  const entry = `add providers[${quotedName(id)}] with the id of the vendor's template`;
  if (!sends.text) return `it sends templates only; ${entry}`;
  return sends.template ? `${entry}, or add a text` : 'it sends texts only; add a text';
}

/** What a provider is to be sent: its own template rather than a text, since vendors approve templates. */
function formFor(template: CompiledTemplate, { id, sends }: TemplateProvider) {
  const entry = sends.template ? template.entries.get(id) : undefined;
  if (entry !== undefined) return { kind: 'template', entry } as const;
  return sends.text && template.text !== undefined ? ({ kind: 'text', text: template.text } as const) : undefined;
}

class CompiledCatalogue implements TemplateCatalogue {
  readonly #templates: ReadonlyMap<string, CompiledTemplate>;

  constructor(templates: ReadonlyMap<string, CompiledTemplate>) {
    this.#templates = templates;
  }

  check(name: string, params: TemplateParams): TemplateProblem | undefined {
    const template = this.#templates.get(name);
    if (template === undefined) return { code: 'invalid_request', message: this.#noSuchTemplate(name) };
    const problem = templateParamsProblem(template.params, params);
    if (problem === undefined) return undefined;
    return { code: 'invalid_request', message: `Template ${quotedName(name)}: ${problem}.` };
  }

  paramsOf(name: string): readonly string[] | undefined {
    const template = this.#templates.get(name);
    return template && [...template.params];
  }

  canRender(name: string, provider: TemplateProvider): boolean {
    const template = this.#templates.get(name);
    return template !== undefined && formFor(template, provider) !== undefined;
  }

  render(name: string, params: TemplateParams, envelope: MessageEnvelope, provider: TemplateProvider): OutboundMessage {
    const template = this.#templates.get(name);
    const form = template && formFor(template, provider);
    if (form === undefined) {
      const message = `Provider ${quotedName(provider.id)} cannot render the template ${quotedName(name)}.`;
      throw new SmsError({ code: 'unsupported_message', outcome: 'not-sent', message });
    }
    const valueFor = (param: string): string => {
      const value = templateParam(params, param);
      if (value !== undefined) return value;
      const message = `Template ${quotedName(name)}: missing: ${quotedName(param)}.`;
      throw new SmsError({ code: 'invalid_request', outcome: 'not-sent', message });
    };
    if (form.kind === 'text') return { ...envelope, kind: 'text', text: fillTemplateText(form.text, valueFor) };
    const { template: id, signature, params: needed } = form.entry;
    const values = needed.map(([vendorName, param]) => ({ name: vendorName, value: valueFor(param) }));
    if (signature === undefined) return { ...envelope, kind: 'template', template: id, params: values };
    return { ...envelope, kind: 'template', template: id, params: values, signature };
  }

  #noSuchTemplate(name: unknown): string {
    if (typeof name !== 'string') return 'The name of a template must be a string.';
    if (this.#templates.size === 0) {
      return `There is no template ${quotedName(name)}: the client was made without the option templates.`;
    }
    return `There is no template ${quotedName(name)}; the catalogue has ${listOfQuoted(this.#templates.keys())}.`;
  }
}

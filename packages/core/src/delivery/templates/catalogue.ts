import type { MessageEnvelope, OutboundMessage } from '../../contract/messages.js';
import type { SmsProvider } from '../../contract/sms-provider.js';
import { brokenText, isBroken, quotedName } from '../../errors/shown-name.js';
import { SmsError } from '../../errors/sms-error.js';
import { configurationInvalid } from '../../provider-kit/options.js';
import { invalidRequest } from '../send-request.js';
import { type CompiledTemplate, compileTemplate, listOfQuoted, type MessageForm } from './compiler.js';

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

/** What an app passes for a template's parameters. */
type TemplateParams = Readonly<Record<string, string>> | undefined;

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
  return new TemplateCatalogue(templates);
}

function remedyFor(template: CompiledTemplate, { id, sends }: TemplateProvider): string | undefined {
  if ((!sends.text && !sends.template) || formFor(template, { id, sends }) !== undefined) return undefined;
  const entry = `add providers[${quotedName(id)}] with the id of the vendor's template`;
  if (!sends.text) return `it sends templates only; ${entry}`;
  return sends.template ? `${entry}, or add a text` : 'it sends texts only; add a text';
}

/** What a provider is to be sent: its own template rather than a text, since vendors approve templates. */
function formFor(template: CompiledTemplate, { id, sends }: TemplateProvider): MessageForm | undefined {
  const entry = sends.template ? template.entries.get(id) : undefined;
  return entry ?? (sends.text ? template.text : undefined);
}

/** The templates of a client. Compiled and checked when it is made: later changes to the options do nothing. */
export class TemplateCatalogue {
  readonly #templates: ReadonlyMap<string, CompiledTemplate>;

  constructor(templates: ReadonlyMap<string, CompiledTemplate>) {
    this.#templates = templates;
  }

  /**
   * What is wrong with a call; undefined if nothing is. A template must be in the catalogue, and its parameters
   * exactly those declared, all strings. Names the template and the parameters, and never shows a value.
   */
  check(name: string, params: TemplateParams): string | undefined {
    const template = this.#templates.get(name);
    if (template === undefined) return this.#noSuchTemplate(name);
    const problem = paramsProblem(template.params, params);
    return problem && `Template ${quotedName(name)}: ${problem}.`;
  }

  /** The parameters that a template declares; undefined if there is no such template. */
  paramsOf(name: string): readonly string[] | undefined {
    const template = this.#templates.get(name);
    return template && [...template.params];
  }

  /** Whether this provider can render the template: by an entry of its own, or as a text. */
  canRender(name: string, provider: TemplateProvider): boolean {
    return this.#formFor(name, provider) !== undefined;
  }

  /**
   * The message for this provider. Checks nothing twice: call {@link TemplateCatalogue.check} before.
   *
   * @throws SmsError `unsupported_message` if the provider cannot render it, `invalid_request` if a parameter that
   * it needs is missing
   */
  render(name: string, params: TemplateParams, envelope: MessageEnvelope, provider: TemplateProvider): OutboundMessage {
    const form = this.#formFor(name, provider);
    if (form === undefined) {
      const message = `Provider ${quotedName(provider.id)} cannot render the template ${quotedName(name)}.`;
      throw new SmsError({ code: 'unsupported_message', outcome: 'not-sent', message });
    }
    return form(envelope, (param) => {
      const value: unknown = params !== undefined && Object.hasOwn(params, param) ? params[param] : undefined;
      if (typeof value === 'string') return value;
      throw invalidRequest(`Template ${quotedName(name)}: missing: ${quotedName(param)}.`);
    });
  }

  #formFor(name: string, provider: TemplateProvider): MessageForm | undefined {
    const template = this.#templates.get(name);
    return template && formFor(template, provider);
  }

  #noSuchTemplate(name: unknown): string {
    if (typeof name !== 'string') return 'The name of a template must be a string.';
    if (this.#templates.size === 0) {
      return `There is no template ${quotedName(name)}: the client was made without the option templates.`;
    }
    return `There is no template ${quotedName(name)}; the catalogue has ${listOfQuoted(this.#templates.keys())}.`;
  }
}

/** Whether nothing is wrong, as with most calls: then nothing has to be collected. */
function areRight(declared: ReadonlySet<string>, given: Readonly<Record<string, unknown>>): boolean {
  let count = 0;
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === undefined) continue;
    if (!declared.has(name) || typeof value !== 'string' || isBroken(value)) return false;
    count += 1;
  }
  return count === declared.size;
}

/** What is wrong with the parameters of a call. One that is `undefined` counts as not passed. */
function paramsProblem(declared: ReadonlySet<string>, params: TemplateParams): string | undefined {
  const given: unknown = params ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return 'params must be an object of strings by name';
  if (areRight(declared, given as Readonly<Record<string, unknown>>)) return undefined;
  const values = new Map<string, unknown>(Object.entries(given as object).filter(([, value]) => value !== undefined));
  const names = [...values.keys()];
  const known = names.filter((name) => declared.has(name));
  const wrong: readonly (readonly [problem: string, names: readonly string[]])[] = [
    ['missing', [...declared].filter((name) => !values.has(name))],
    ['not a parameter of this template', names.filter((name) => !declared.has(name))],
    ['must be a string', known.filter((name) => typeof values.get(name) !== 'string')],
    [brokenText, known.filter((name) => isBroken(values.get(name)))],
  ];
  const problems = wrong.flatMap(([problem, at]) => (at.length === 0 ? [] : `${problem}: ${listOfQuoted(at)}`));
  return [...problems, declared.size === 0 ? 'it takes no parameters' : `it takes ${listOfQuoted(declared)}`].join(
    '; ',
  );
}

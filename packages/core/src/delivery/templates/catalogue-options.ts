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

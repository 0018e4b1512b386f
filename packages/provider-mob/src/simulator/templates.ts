/** A template that Mob has approved. */
export interface MobTemplate {
  /** The text, with variables in braces: `Your order {number} is on its way.` */
  readonly text: string;
}

/** What came of filling in a template. */
export type Rendering =
  | { readonly kind: 'rendered'; readonly text: string }
  /** A variable has no value, or a value has no variable. */
  | { readonly kind: 'misfit' }
  | { readonly kind: 'value-too-long' };

/** Fields of custom/msg itself; a template's variable cannot be named like one. */
export const reservedNames: readonly string[] = ['appKey', 'templateCode', 'zone', 'phone'];

/** Mob does not say what a template number looks like; 207 needs some rule. */
export const templateNumberPattern = /^[\w-]{1,64}$/u;

const variable = /\{([A-Za-z_]\w*)\}/gu;

/** The names in a template's text, each once. */
export function variablesOf(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(variable), ([, name = '']) => name));
}

type Values = ReadonlyMap<string, string>;

/** Fills in a template. An empty value counts as none. */
export function render(template: MobTemplate, values: Values, valueMaxLength: number): Rendering {
  const names = variablesOf(template.text);
  if ([...values.keys()].some((name) => !names.has(name))) return { kind: 'misfit' };
  if ([...names].some((name) => (values.get(name) ?? '') === '')) return { kind: 'misfit' };
  if (hasLongValue(values, valueMaxLength)) return { kind: 'value-too-long' };
  const text = template.text.replaceAll(variable, (_match, name: string) => values.get(name) ?? '');
  return { kind: 'rendered', text };
}

/** Stands in for a template whose text nobody has told: lists its values, whatever their names. */
export function renderUnknown(number: string, values: Values, valueMaxLength: number): Rendering {
  const pairs = [...values].map(([name, value]) => `${name}=${value}`);
  if ([...values.values()].includes('')) return { kind: 'misfit' };
  if (hasLongValue(values, valueMaxLength)) return { kind: 'value-too-long' };
  return {
    kind: 'rendered',
    text: pairs.length === 0 ? `Template ${number}` : `Template ${number}: ${pairs.join(', ')}`,
  };
}

function hasLongValue(values: Values, maxLength: number): boolean {
  return [...values.values()].some((value) => lengthInCharacters(value) > maxLength);
}

/** Characters as people count them in a text: an emoji outside the basic plane is one. */
export function lengthInCharacters(text: string): number {
  return [...text].length;
}

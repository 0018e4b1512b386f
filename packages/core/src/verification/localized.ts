/** Text in one language, or in several by BCP 47 tag: `{ en: '…', 'zh-CN': '…' }`; the first one is for all others. */
export type Localized = string | Readonly<Record<string, string>>;

/** Whether it is a BCP 47 tag, as far as its form goes. The longest that RFC 5646 asks software to take has 35 characters. */
export function isLanguageTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length <= 35 && /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(tag);
}

/** A tag as BCP 47 writes it, `zh-Hant-TW`; undefined for what is none. */
export function canonicalTag(tag: string): string | undefined {
  try {
    return isLanguageTag(tag) ? Intl.getCanonicalLocales(tag)[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Every variant. */
export function variantsOf(texts: Localized): readonly string[] {
  return typeof texts === 'string' ? [texts] : Object.values(texts);
}

/** The variant for a language: the tag itself, then ever shorter ones (`zh-Hant-TW`, `zh-Hant`, `zh`), then the first. */
export function variantFor(texts: Localized, locale: string | undefined): string {
  if (typeof texts === 'string') return texts;
  const byTag = new Map(Object.entries(texts).map(([tag, text]) => [spelling(tag), text]));
  const subtags = locale === undefined ? [] : spelling(locale).split('-');
  for (let length = subtags.length; length > 0; length -= 1) {
    const text = byTag.get(subtags.slice(0, length).join('-'));
    if (text !== undefined) return text;
  }
  return variantsOf(texts)[0] ?? '';
}

/** One for all spellings of a tag: `iw` is `he`, in capitals or not. */
function spelling(tag: string): string {
  return (canonicalTag(tag) ?? tag).toLowerCase();
}

import type { Localized } from './verification-options.js';

/** Every variant. */
export function variantsOf(texts: Localized): readonly string[] {
  return typeof texts === 'string' ? [texts] : Object.values(texts);
}

/** The variant for a language: the tag itself, then ever shorter ones (`zh-Hant-TW`, `zh-Hant`, `zh`), then the first. */
export function variantFor(texts: Localized, locale: string | undefined): string {
  if (typeof texts === 'string') return texts;
  const byTag = new Map(Object.entries(texts).map(([tag, text]) => [tag.toLowerCase(), text]));
  const subtags = locale === undefined ? [] : locale.toLowerCase().split('-');
  for (let length = subtags.length; length > 0; length -= 1) {
    const text = byTag.get(subtags.slice(0, length).join('-'));
    if (text !== undefined) return text;
  }
  return variantsOf(texts)[0] ?? '';
}

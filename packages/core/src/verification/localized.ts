import type { Localized } from './verification-options.js';

/** Whether it is a BCP 47 tag, as far as its form goes. The longest that RFC 5646 asks software to take has 35 characters. */
export function isLanguageTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length <= 35 && /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(tag);
}

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

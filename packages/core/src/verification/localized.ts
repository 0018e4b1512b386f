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
  const tag = shorterTags(spelling(locale ?? '')).find((each) => byTag.has(each)) ?? '';
  return byTag.get(tag) ?? variantsOf(texts)[0] ?? '';
}

/** One for all spellings of a tag: `iw` is `he`, in capitals or not. */
function spelling(tag: string): string {
  return (canonicalTag(tag) ?? tag).toLowerCase();
}

/** Longer texts are no header that a person's browser sends. */
const longestHeader = 1_000;

/** Languages of a header that are looked at. */
const maxRanges = 16;

/**
 * The language that a person prefers, as a BCP 47 tag in its canonical form, from whatever an app has: a tag, the name
 * of a POSIX locale (`zh_CN.UTF-8`), or an `Accept-Language` header. Undefined if it names none: what a vendor is told
 * is a tag or nothing, and no login fails for its language.
 */
export function preferredLocale(given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > longestHeader) return undefined;
  const ranges = given.split(',', maxRanges).map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    return { tag, weight: weightOf(parameters) };
  });
  // Sorting is stable: of the same weight the first counts.
  const preferred = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  return preferred.map(({ tag }) => localeOf(tag)).find((locale) => locale !== undefined);
}

function weightOf(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  const weight = quality === undefined ? 1 : Number(quality.slice(quality.indexOf('=') + 1));
  // An unreadable weight does not disqualify the language.
  return Number.isNaN(weight) ? 1 : weight;
}

/** The longest beginning of a tag that is a tag itself: `de` of `de-1`. */
function localeOf(written: string): string | undefined {
  const tags = shorterTags(written.replace(/[.@].*$/u, '').replaceAll('_', '-'));
  return tags.map(canonicalTag).find((tag) => tag !== undefined);
}

/** A tag and its beginnings, the longest first: `zh-Hant-TW`, `zh-Hant`, `zh`. */
function shorterTags(tag: string): readonly string[] {
  const subtags = tag.split('-');
  return subtags.map((_, left) => subtags.slice(0, subtags.length - left).join('-'));
}

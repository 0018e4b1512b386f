import { canonicalTag } from './localized.js';

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
  for (const { tag } of ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)) {
    const locale = localeOf(tag);
    if (locale !== undefined) return locale;
  }
  return undefined;
}

function weightOf(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  const weight = quality === undefined ? 1 : Number(quality.slice(quality.indexOf('=') + 1));
  // An unreadable weight does not disqualify the language.
  return Number.isNaN(weight) ? 1 : weight;
}

/** The longest beginning of a tag that is a tag itself: `de` of `de-1`. */
function localeOf(written: string): string | undefined {
  const subtags = written.replace(/[.@].*$/u, '').split(/[-_]/);
  for (let length = subtags.length; length > 0; length -= 1) {
    const tag = canonicalTag(subtags.slice(0, length).join('-'));
    if (tag !== undefined) return tag;
  }
  return undefined;
}

/** What Verify speaks with its default template (twilio.com/docs/verify/supported-languages, read 2026-11-26). */
const locales = [
  ...['af', 'ar', 'ca', 'cs', 'da', 'de', 'el', 'en', 'en-GB', 'es', 'et', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'id'],
  ...['it', 'ja', 'kn', 'ko', 'lt', 'ms', 'mr', 'nb', 'nl', 'pl', 'pt', 'pt-BR', 'ro', 'ru', 'sk', 'sv', 'te', 'th'],
  ...['tl', 'tr', 'uk', 'vi', 'zh', 'zh-CN', 'zh-HK'],
];

/**
 * The nearest language that Verify speaks: `de` for `de-CH`. Undefined if there is none: Twilio answers 404 to another
 * one, and chooses by the phone's country if it is told none.
 */
export function verifyLocale(tag: string): string | undefined {
  return locales.find((locale) => locale === tag) ?? locales.find((locale) => locale === tag.split('-', 1)[0]);
}

/** Names and values in their order. Those without a value are left out; an empty one is not. */
export type Fields = readonly (readonly [name: string, value: string | undefined])[];

/**
 * A text as RFC 3986 has it in a query: everything but letters, digits and `-._~` as `%XX`, a space as `%20`. Vendors
 * that sign what they are sent want exactly this. Half a character becomes U+FFFD, as in every UTF-8 encoder.
 */
export function percentEncoded(text: string): string {
  // Names and most ids are left as they are.
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Fields as a form's body (`application/x-www-form-urlencoded`), or as a query without its question mark. */
export function encodedFields(fields: Fields): string {
  const pairs: string[] = [];
  for (const [name, value] of fields) {
    if (value !== undefined) pairs.push(`${percentEncoded(name)}=${percentEncoded(value)}`);
  }
  return pairs.join('&');
}

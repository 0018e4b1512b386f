/**
 * JSON that cjson can read: it refuses lone surrogates, which a caller may put into an id. They become U+FFFD, as
 * they would on their way through UTF-8.
 */
export function scriptJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes('\\ud') ? JSON.stringify(value, wellFormed) : json;
}

function wellFormed(_: string, value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value).toString() : value;
}

/** The answer of a script as JSON. */
export function parsedAnswer(answer: unknown): unknown {
  return JSON.parse(String(answer));
}

/** A list from a script: cjson writes an empty one as `{}`. */
export function listFrom<Item>(list: readonly Item[]): readonly Item[] {
  return Array.isArray(list) ? list : [];
}

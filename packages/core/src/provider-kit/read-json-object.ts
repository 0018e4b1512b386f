/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The object that a vendor has answered; undefined for everything else: another JSON value, HTML, half an answer. A byte
 * order mark in front is passed over. Read ids as strings: JSON's numbers lose digits beyond the sixteenth.
 */
export function readJsonObject(text: string): JsonObject | undefined {
  try {
    return jsonObject(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}

/** A value as an object; undefined for a list, and for what is none. */
export function jsonObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** A text of an object's own; undefined if there is none, or it is empty. */
export function textIn(object: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The objects of a list that an object has; undefined if it is no list. What is no object in it becomes an empty one. */
export function objectsIn(object: JsonObject, name: string): readonly JsonObject[] | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return Array.isArray(value) ? value.map((each) => jsonObject(each) ?? {}) : undefined;
}

/**
 * A moment since 1970, in milliseconds, that a text of an object's own names as `Date` reads it: in ISO 8601 or as mails
 * do (RFC 2822), and always with its zone. Without one it would be another moment on another machine.
 */
export function momentIn(object: JsonObject, name: string): number | undefined {
  const written = textIn(object, name) ?? '';
  const at = /\d(?: ?[+-]\d{2}:?\d{2}|Z| GMT| UTC)$/.test(written) ? Date.parse(written) : Number.NaN;
  return at >= 0 ? at : undefined;
}

/** A whole number, 0 or more, of an object's own: as a number, or in digits, as many vendors write theirs. */
export function countIn(object: JsonObject, name: string): number | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

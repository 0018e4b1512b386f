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

/** A whole number, 0 or more, of an object's own: as a number, or in digits, as many vendors write theirs. */
export function countIn(object: JsonObject, name: string): number | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

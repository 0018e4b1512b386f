import { type JsonObject, jsonObject } from './read-json-object.js';

/**
 * The objects in a JSON array that a vendor has pushed, as bytes of UTF-8; undefined if it is none. What is no object
 * in it becomes an empty one, so that the vendor's other rows are not lost for it.
 */
export function readJsonRows(body: Uint8Array): readonly JsonObject[] | undefined {
  try {
    // Fatal, since a text with replaced bytes is not what the person wrote.
    const rows: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return Array.isArray(rows) ? rows.map((row) => jsonObject(row) ?? {}) : undefined;
  } catch {
    return undefined;
  }
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Our id of a message, as a vendor repeats it; undefined for what another program has sent over the same account. */
export function ownMessageId(value: unknown): string | undefined {
  return typeof value === 'string' && uuid.test(value) ? value : undefined;
}

/**
 * PostgreSQL keeps neither the null character nor half of a surrogate pair, and a caller may put either into an id. They
 * are written as this character, of the private use area, and their code.
 */
const mark = '\ue000';

/** A text as PostgreSQL can keep it. */
export function sqlText(text: string): string {
  return text
    .replace(/[\p{Cs}\ue000]/gu, (each) => mark + each.charCodeAt(0).toString(16))
    .replaceAll('\0', `${mark}0000`);
}

/** The text that {@link sqlText} was given. */
export function textOf(kept: string): string {
  return kept.replace(/\ue000([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A value as JSON that `jsonb` can hold. */
export function sqlJson(value: unknown): string {
  const json = JSON.stringify(value);
  // JSON shows what is not kept as an escape.
  if (!json.includes('\\u') && !json.includes(mark)) return json;
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? sqlText(each) : each));
}

/** The value of a JSON text that a function of the database has answered. */
export function parsedJson(json: string): unknown {
  if (!json.includes(mark)) return JSON.parse(json);
  return JSON.parse(json, (_, each: unknown) => (typeof each === 'string' ? textOf(each) : each));
}

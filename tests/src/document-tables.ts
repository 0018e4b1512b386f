import { readFileSync } from 'node:fs';
import { root } from './repository.js';

// What the tables of the documents say, beside what the types have.

/** The names of a type's fields: one that is missing, or too many, does not compile. */
export const fieldsOf =
  <Type>() =>
  (fields: Readonly<Record<keyof Type & string, true>>): readonly string[] =>
    Object.keys(fields);

/** The names of one value of a union, such as an outcome. */
export const valuesOf =
  <Value extends string>() =>
  (values: Readonly<Record<Value, true>>): readonly string[] =>
    Object.keys(values);

/** What stands below a heading, up to the next one of its level or above. */
export function section(document: string, heading: string): string {
  const lines = readFileSync(root + document, 'utf8').split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`${document} has no heading ${heading}.`);
  const rest = lines.slice(start + 1);
  const level = heading.indexOf(' ');
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

/** The cells of a row; a bar that belongs to a cell is written `\\|`. */
export const cellsOf = (row: string) =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The first cells of the rows of the first table whose head begins like this. */
export function namesIn(text: string, head: string): readonly string[] {
  const lines = text.split('\n');
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows
    .slice(0, end < 0 ? rows.length : end)
    .flatMap((row) => [...(cellsOf(row)[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));
}

export const sorted = (names: readonly string[]) => [...new Set(names)].sort();

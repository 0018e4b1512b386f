import { readFileSync } from 'node:fs';

const lines = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('\n');

/** The rows of the table whose first heading this is. */
export function rowsUnder(heading: string): readonly (readonly string[])[] {
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('| '));
  if (start === -1) throw new Error(`README.md has no table with the heading ${heading}.`);
  return rows.slice(0, end).map((line) =>
    line
      .slice(2, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
}

/** `21620 to 21624, 21626` as single codes; words such as `others` are left out. */
export function codesIn(cell: string): readonly string[] {
  return cell.split(', ').flatMap((part) => {
    const [, from = '', to = from] = /^(\d+)(?: to (\d+))?$/.exec(part) ?? [];
    if (from === '') return [];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => String(Number(from) + index));
  });
}

/** What each code becomes: `refused invalid_phone_number`. */
export function documentedCodes(heading: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rowsUnder(heading).flatMap(([codes = '', becomes = '']) =>
      codesIn(codes).map((code) => [code, becomes.replaceAll('`', '')]),
    ),
  );
}

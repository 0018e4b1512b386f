import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Place, readDeclarationFile } from './declaration-file.js';
import { root, type WorkspacePackage } from './repository.js';

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string }>>;
}

/** The file that holds the report of a package, relative to the repository. */
export function reportFile({ name }: WorkspacePackage): string {
  return `api/${name.replace('@polysms/', '')}.api.md`;
}

/** The names that one import path of a package offers, types included. */
export function exportedNames(folder: string, path: string): readonly string[] {
  return [...readDeclarationFile(typesOf(folder, path)).exported.keys()].sort();
}

/** Everything that users of a package can import, and the declarations behind it, without comments. */
export function apiReport({ name, folder }: WorkspacePackage): string {
  const paths = Object.keys(manifestOf(folder).exports).filter((path) => path !== './package.json');
  const sections = paths.map((path) => section(folder, path, name + path.slice(1)));
  return [
    `# The public API of ${name}`,
    'Made by `pnpm api:update` from the built declarations.',
    ...sections,
    '',
  ].join('\n\n');
}

function section(folder: string, path: string, specifier: string): string {
  const entry = typesOf(folder, path);
  const names = exportedNames(folder, path);
  const places = names.map((name) => origin({ file: entry, name }));
  const shown = new Set(places.map(key));
  const behind = declarationsBehind(places, shown);
  const parts = [
    `## ${specifier}`,
    `${names.length} exports.`,
    block(names.map((name) => exportText(name, origin({ file: entry, name })))),
  ];
  if (behind.length > 0) parts.push('Not exported, and part of the above:', block(behind.map(declarationText)));
  return parts.join('\n\n');
}

function block(texts: readonly string[]): string {
  return ['```ts', texts.join('\n'), '```'].join('\n');
}

function exportText(name: string, place: Place): string {
  if (isOfAnotherPackage(place)) return `export { ${place.name} } from '${place.file}';`;
  const alias = place.name === name ? '' : `export { ${place.name} as ${name} };\n`;
  return (
    alias +
    textsOf(place)
      .map((text) => `export ${text}`)
      .join('\n')
  );
}

function declarationText(place: Place): string {
  return textsOf(place).join('\n');
}

function textsOf({ file, name }: Place): readonly string[] {
  const texts = readDeclarationFile(file).declared.get(name);
  if (texts === undefined) throw new Error(`${file} declares no ${name}.`);
  return texts;
}

/** Declarations that are mentioned by those that are exported, and by one another. */
function declarationsBehind(places: readonly Place[], shown: Set<string>): readonly Place[] {
  const found: Place[] = [];
  const open = places.filter((place) => !isOfAnotherPackage(place));
  // An array grows while it is gone through.
  for (const { file, name } of open) {
    const { declared, imported, mentioned } = readDeclarationFile(file);
    for (const mention of mentioned.get(name) ?? []) {
      // Anything else is the language's own, or a type parameter.
      if (!declared.has(mention) && !imported.has(mention)) continue;
      const target = origin({ file, name: mention });
      if (isOfAnotherPackage(target) || shown.has(key(target))) continue;
      shown.add(key(target));
      found.push(target);
      open.push(target);
    }
  }
  return found.sort((a, b) => (a.name < b.name || (a.name === b.name && a.file < b.file) ? -1 : 1));
}

/** Where a name is declared. */
function origin(place: Place): Place {
  if (isOfAnotherPackage(place)) return place;
  const { declared, imported, exported } = readDeclarationFile(place.file);
  if (declared.has(place.name)) return place;
  const next = imported.get(place.name) ?? exported.get(place.name);
  if (next === undefined) throw new Error(`${place.file} has no ${place.name}.`);
  return origin(next);
}

function isOfAnotherPackage({ file }: Place): boolean {
  return !isAbsolute(file);
}

function key({ file, name }: Place): string {
  return `${file}#${name}`;
}

function typesOf(folder: string, path: string): string {
  const target = manifestOf(folder).exports[path];
  if (target === undefined) throw new Error(`${folder} exports no ${path}.`);
  return join(folder, target.types);
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The file of a report in full. */
export function reportPath(workspacePackage: WorkspacePackage): string {
  return root + reportFile(workspacePackage);
}

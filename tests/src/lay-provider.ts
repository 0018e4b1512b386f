import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './repository.js';

const template = join(root, 'tests/new-provider');

/**
 * Writes the package of a vendor into a folder: that of Acme, which nobody has, under the vendor's name.
 *
 * @param name small letters and digits, since it becomes a part of names in code: `tencent`
 * @throws Error if it is no such name
 */
export function layProvider(name: string, folder: string): void {
  if (!/^[a-z][a-z\d]{1,30}$/.test(name)) {
    throw new Error('The name of a provider has 2 to 31 small letters and digits, a letter first, such as tencent.');
  }
  const renamed = (text: string) =>
    text
      .replaceAll('acme', name)
      .replaceAll('ACME', name.toUpperCase())
      .replaceAll('Acme', name[0]?.toUpperCase() + name.slice(1));
  for (const entry of readdirSync(template, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const target = join(folder, renamed(file.slice(template.length)));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, renamed(readFileSync(file, 'utf8')));
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { root } from './repository.js';

const folder = `${root}packages/store-postgres/migrations`;

/** The module that holds the SQL files of store-postgres, so that bundles have them too. */
export const migrationModule = `${root}packages/store-postgres/src/migration-texts.ts`;

/** What stands in {@link migrationModule}: made from the files, which people read and run by hand. */
export function migrationModuleText(): string {
  const files = readdirSync(folder).sort();
  const texts = files.map((file) => {
    const text = readFileSync(`${folder}/${file}`, 'utf8').replace(/[\\`]|\$\{/g, '\\$&');
    return `  // ${file}\n  \`${text}\`,\n`;
  });
  return `/** The files of \`migrations/\` in their order. \`pnpm api:update\` writes this module, and a test holds both equal. */
export const migrationTexts: readonly string[] = [\n${texts.join('')}];\n`;
}

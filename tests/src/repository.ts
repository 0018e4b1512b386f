import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A publishable package of the workspace. */
export interface WorkspacePackage {
  readonly name: string;
  readonly folder: string;
  /** What can be imported from it: `@polysms/core`, `@polysms/core/provider-kit`, … */
  readonly imports: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Every package in `packages/`. */
export function publishablePackages(): readonly WorkspacePackage[] {
  return readdirSync(`${root}packages`).map((name) => {
    const folder = `${root}packages/${name}`;
    const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
    const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    return { name: manifest.name, folder, imports: paths.map((path) => manifest.name + path.slice(1)) };
  });
}

/** Every TypeScript file in a folder and the folders in it, tests included. */
export function sourceFiles(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.sort().map((file) => join(folder, file));
}

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { publishablePackages, root } from '../repository.js';
import { run } from './commands.js';

/** The tarball of each package, by its name. */
export type Tarballs = ReadonlyMap<string, string>;

/** Packs every package as it would be published. */
export function pack(folder: string): Tarballs {
  mkdirSync(folder);
  return new Map(
    publishablePackages().map(({ name, folder: source }) => {
      const before = new Set(readdirSync(folder));
      run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', folder], source);
      const tarball = readdirSync(folder).find((file) => !before.has(file));
      if (tarball === undefined) throw new Error(`${name} made no tarball.`);
      return [name, join(folder, tarball)];
    }),
  );
}

/** What an app adds to use everything: the peers of the packages, and the types of Node. */
export function peers(): Readonly<Record<string, string>> {
  const manifests = publishablePackages().map((each) =>
    JSON.parse(readFileSync(`${each.folder}/package.json`, 'utf8')),
  );
  const versions = Object.assign({}, ...manifests.map((manifest) => manifest.peerDependencies));
  for (const name of Object.keys(versions)) {
    if (versions[name].startsWith('catalog:')) versions[name] = catalogVersion(name);
  }
  return { ...versions, '@types/node': '^20.19.0' };
}

function catalogVersion(name: string): string {
  const line = new RegExp(`^ +["']?${name}["']?: (.+)$`, 'm');
  return line.exec(readFileSync(`${root}pnpm-workspace.yaml`, 'utf8'))?.[1] ?? '*';
}

/** What installs an app’s packages; pnpm hides from a package what it does not declare. */
export type Manager = 'npm' | 'pnpm';

/** An app in a folder of its own, with the packed packages and what else it names. */
export function install(
  project: string,
  tarballs: Tarballs,
  manager: Manager,
  manifest: { readonly type?: 'module'; readonly dependencies: Readonly<Record<string, string>> },
): void {
  mkdirSync(project);
  const local: Record<string, string> = {};
  for (const [name, tarball] of tarballs) {
    copyFileSync(tarball, join(project, basename(tarball)));
    local[name] = `file:./${basename(tarball)}`;
  }
  const { dependencies, ...rest } = manifest;
  const whole = { private: true, ...rest, dependencies: { ...dependencies, ...local } };
  writeFileSync(join(project, 'package.json'), JSON.stringify(whole));
  // Nothing but what a package declares can be found by it; and the packages find each other's tarballs.
  const overrides = Object.entries(local).map(([key, value]) => `  '${key}': '${value}'`);
  writeFileSync(
    join(project, 'pnpm-workspace.yaml'),
    ['hoist: false', 'strictDepBuilds: false', 'overrides:', ...overrides, ''].join('\n'),
  );
  if (manager === 'npm') run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], project);
  else run('npx', ['-y', 'pnpm@12', 'install', '--silent'], project);
}

/**
 * Packs the packages and installs the tarballs into empty projects as users would, with npm and with pnpm (which
 * hides what a package does not declare). Type-checks an import of every export path, and runs it on each Node given,
 * by `import` and by `require`.
 *
 * Usage: node tests/dist/check-consumer.js PATH-TO-NODE…   (default: the Node that runs it)
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { publishablePackages, root } from './repository.js';

const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const packages = publishablePackages();
const imports = packages.flatMap((each) => each.imports);
const folder = mkdtempSync(join(tmpdir(), 'polysms-consumer-'));

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The tarball of each package, by its name. */
function pack(): ReadonlyMap<string, string> {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  return new Map(
    packages.map(({ name, folder: source }) => {
      const before = new Set(readdirSync(tarballs));
      run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', tarballs], source);
      const tarball = readdirSync(tarballs).find((file) => !before.has(file));
      if (tarball === undefined) throw new Error(`${name} made no tarball.`);
      return [name, join(tarballs, tarball)];
    }),
  );
}

/** What an app adds to use everything: the peers of the packages, and the types of Node. */
function peers(): Readonly<Record<string, string>> {
  const manifests = packages.map((each) => JSON.parse(readFileSync(`${each.folder}/package.json`, 'utf8')));
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

function makeProject(name: string, tarballs: ReadonlyMap<string, string>): string {
  const project = join(folder, name);
  mkdirSync(project);
  const local: Record<string, string> = {};
  for (const [packageName, tarball] of tarballs) {
    copyFileSync(tarball, join(project, basename(tarball)));
    local[packageName] = `file:./${basename(tarball)}`;
  }
  const manifest = { private: true, type: 'module', dependencies: { ...peers(), ...local } };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  // Nothing but what a package declares can be found by it; and the packages find each other's tarballs.
  const overrides = Object.entries(local).map(([key, value]) => `  '${key}': '${value}'`);
  writeFileSync(join(project, 'pnpm-workspace.yaml'), ['hoist: false', 'overrides:', ...overrides, ''].join('\n'));
  const esm = imports.map((path, i) => `import * as m${i} from '${path}';\nconsole.log(Object.keys(m${i}).length);`);
  const cjs = imports.map((path, i) => `import m${i} = require('${path}');\nconsole.log(Object.keys(m${i}).length);`);
  writeFileSync(join(project, 'esm.mts'), esm.join('\n'));
  writeFileSync(join(project, 'cjs.cts'), cjs.join('\n'));
  const options = { module: 'nodenext', target: 'es2023', strict: true, exactOptionalPropertyTypes: true };
  // skipLibCheck stays off: the declarations of the packages are checked too.
  const compilerOptions = { ...options, lib: ['es2023', 'esnext.disposable'], types: ['node'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['esm.mts', 'cjs.cts'] }));
  return project;
}

function check(project: string, manager: string): void {
  run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], project);
  for (const node of nodes) {
    const version = run(node, ['--version'], project).trim();
    for (const file of ['esm.mjs', 'cjs.cjs']) {
      const counts = run(node, [file], project).trim().split('\n').map(Number);
      if (counts.length !== imports.length || counts.some((count) => !(count > 0))) {
        throw new Error(`${file} on Node ${version} exported nothing for one of ${imports.join(', ')}: ${counts}`);
      }
    }
    console.log(`${manager}, Node ${version}: ${imports.length} export paths by import and by require.`);
  }
}

try {
  const tarballs = pack();
  const withNpm = makeProject('npm', tarballs);
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], withNpm);
  check(withNpm, 'npm');
  const withPnpm = makeProject('pnpm', tarballs);
  run('npx', ['-y', 'pnpm@12', 'install', '--silent'], withPnpm);
  check(withPnpm, 'pnpm');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

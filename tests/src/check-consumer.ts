/**
 * Packs the packages, installs the tarballs into an empty project as a user would, type-checks an import of every
 * export path, and runs it on each Node given, by `import` and by `require`.
 *
 * Usage: node tests/dist/check-consumer.js PATH-TO-NODE…   (default: the Node that runs it)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishablePackages, root } from './repository.js';

const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const project = mkdtempSync(join(tmpdir(), 'polysms-consumer-'));
const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const packages = publishablePackages();
  const tarballs = packages.map(({ folder, name }) => {
    const before = new Set(readdirSync(project));
    run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', project], folder);
    const tarball = readdirSync(project).find((file) => file.endsWith('.tgz') && !before.has(file));
    if (tarball === undefined) throw new Error(`${name} made no tarball.`);
    return `./${tarball}`;
  });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs, '@types/node@20'], project);

  const imports = packages.flatMap((each) => each.imports);
  const esm = imports.map((path, i) => `import * as m${i} from '${path}';\nconsole.log(Object.keys(m${i}).length);`);
  const cjs = imports.map((path, i) => `import m${i} = require('${path}');\nconsole.log(Object.keys(m${i}).length);`);
  writeFileSync(join(project, 'esm.mts'), esm.join('\n'));
  writeFileSync(join(project, 'cjs.cts'), cjs.join('\n'));
  const options = { module: 'nodenext', target: 'es2023', strict: true, exactOptionalPropertyTypes: true };
  writeFileSync(
    join(project, 'tsconfig.json'),
    // Declarations of the packages themselves are checked too: skipLibCheck is off on purpose.
    JSON.stringify({ compilerOptions: { ...options, lib: ['es2023', 'esnext.disposable'], types: ['node'] } }),
  );
  run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], project);

  for (const node of nodes) {
    const version = run(node, ['--version'], project).trim();
    for (const file of ['esm.mjs', 'cjs.cjs']) {
      const counts = run(node, [file], project).trim().split('\n').map(Number);
      if (counts.length !== imports.length || counts.some((count) => !(count > 0))) {
        throw new Error(`${file} on Node ${version} exported nothing for one of ${imports.join(', ')}: ${counts}`);
      }
    }
    console.log(`Node ${version}: ${imports.length} export paths by import and by require.`);
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

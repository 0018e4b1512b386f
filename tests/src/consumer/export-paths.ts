import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishablePackages, root } from '../repository.js';
import { run } from './commands.js';

const imports = publishablePackages().flatMap((each) => each.imports);

const libraries = ['es2023', 'esnext.disposable'];
const importOf = (path: string, i: number) =>
  `import * as m${i} from '${path}';\nconsole.log(Object.keys(m${i}).length);`;
const requireOf = (path: string, i: number) =>
  `import m${i} = require('${path}');\nconsole.log(Object.keys(m${i}).length);`;

/** Type-checks an import of every export path, and runs it on each Node, by `import` and by `require`. */
export function checkExportPaths(project: string, nodes: readonly string[], manager: string): void {
  write(project, 'esm.mts', imports.map(importOf));
  write(project, 'cjs.cts', imports.map(requireOf));
  check(project, ['esm.mts', 'cjs.cts'], [...libraries, 'dom', 'dom.iterable']);
  // Only Playwright's types need those of a browser.
  const others = imports.filter((path) => !path.endsWith('/playwright'));
  write(project, 'without-dom.mts', others.map(importOf));
  write(project, 'without-dom.cts', others.map(requireOf));
  check(project, ['without-dom.mts', 'without-dom.cts'], libraries);
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

function write(project: string, name: string, lines: readonly string[]): void {
  writeFileSync(join(project, name), lines.join('\n'));
}

/** Compiles files, with the declarations of the packages checked too: skipLibCheck stays off. */
function check(project: string, files: readonly string[], lib: readonly string[]): void {
  const options = { module: 'nodenext', target: 'es2023', strict: true, exactOptionalPropertyTypes: true };
  const compilerOptions = { ...options, lib, types: ['node'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], project);
}

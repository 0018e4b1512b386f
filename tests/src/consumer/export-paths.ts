import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishablePackages, root } from '../repository.js';
import { run } from './commands.js';

const imports = publishablePackages().flatMap((each) => each.imports);

/** Type-checks an import of every export path, and runs it on each Node, by `import` and by `require`. */
export function checkExportPaths(project: string, nodes: readonly string[], manager: string): void {
  const esm = imports.map((path, i) => `import * as m${i} from '${path}';\nconsole.log(Object.keys(m${i}).length);`);
  const cjs = imports.map((path, i) => `import m${i} = require('${path}');\nconsole.log(Object.keys(m${i}).length);`);
  writeFileSync(join(project, 'esm.mts'), esm.join('\n'));
  writeFileSync(join(project, 'cjs.cts'), cjs.join('\n'));
  const options = { module: 'nodenext', target: 'es2023', strict: true, exactOptionalPropertyTypes: true };
  // skipLibCheck stays off: the declarations of the packages are checked too.
  const compilerOptions = { ...options, lib: ['es2023', 'esnext.disposable'], types: ['node'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['esm.mts', 'cjs.cts'] }));
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

/**
 * Packs the packages and installs the tarballs into empty projects as users would, with npm and with pnpm. Checks every
 * export path on each Node given, the page of the box, and everything that docs/bundlers.md says.
 *
 * Usage: node tests/dist/check-consumer.js PATH-TO-NODE…   (default: the Node that runs it)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBoxPage } from './consumer/box-page.js';
import { checkExportPaths } from './consumer/export-paths.js';
import { install, pack, peers } from './consumer/packing.js';
import { runRecipes } from './consumer/recipes.js';
import { checkToolTable, toolVersions } from './consumer/tool-table.js';

const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const folder = mkdtempSync(join(tmpdir(), 'polysms-consumer-'));

try {
  const tarballs = pack(join(folder, 'tarballs'));
  for (const manager of ['npm', 'pnpm'] as const) {
    const project = join(folder, manager);
    install(project, tarballs, manager, { type: 'module', dependencies: peers() });
    checkExportPaths(project, nodes, manager);
    checkBoxPage(project, nodes[0] ?? process.execPath, manager);
  }
  // An app like most: CommonJS, and without the optional peer that only the simulator's TLS needs.
  const { selfsigned: _, ...dependencies } = peers();
  const withNpm = join(folder, 'tools');
  install(withNpm, tarballs, 'npm', { dependencies: { ...dependencies, ...toolVersions } });
  checkToolTable(withNpm, nodes);
  runRecipes(withNpm, nodes);
  // The patterns for Jest have to fit pnpm's folders too.
  const withPnpm = join(folder, 'tools-pnpm');
  install(withPnpm, tarballs, 'pnpm', { dependencies: { ...dependencies, ...toolVersions } });
  runRecipes(withPnpm, nodes.slice(0, 1));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

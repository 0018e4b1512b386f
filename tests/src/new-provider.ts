// Lays the files of a vendor's package: run by `pnpm new-provider NAME`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { layProvider } from './lay-provider.js';
import { root } from './repository.js';

const [name = ''] = process.argv.slice(2).filter((word) => word !== '--');
const folder = `packages/provider-${name}`;

if (name === '') fail('Usage: npx -y pnpm@12 new-provider NAME');
if (existsSync(root + folder)) fail(`${folder} exists already.`);
try {
  layProvider(name, root + folder);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
const solution = JSON.parse(readFileSync(`${root}tsconfig.json`, 'utf8'));
solution.references.push({ path: `./${folder}` });
writeFileSync(`${root}tsconfig.json`, `${JSON.stringify(solution, null, 2)}\n`);
// Another name stands elsewhere in sorted imports, and breaks lines elsewhere.
execFileSync(`${root}node_modules/.bin/biome`, ['check', '--error-on-warnings', '--write', folder], {
  cwd: root,
  stdio: 'inherit',
});

console.log(`
${folder} is the package of a vendor that nobody has. It builds, and passes the conformance kit:

  npx -y pnpm@12 install
  npx -y pnpm@12 build
  npx vitest run ${folder}

Then make it the vendor's, file by file: docs/providers.md tells the order. The rest of the repository learns of it in

  README.md                      the table of packages
  box/src/dialects.ts            the vendors of the box
  tests/package.json             a dependency and tests/tsconfig.json a reference: its README is compiled there
  tests/src/vendor-accounts.ts   the columns of docs/vendors.md
  api/                           npx -y pnpm@12 api:update
`);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../repository.js';
import { attempt, lastOf, run } from './commands.js';
import { type Source, withFiles } from './sample-app.js';

/** The tools that docs/bundlers.md speaks of, at the versions with which it was written. */
export const toolVersions = {
  '@babel/core': '7.29.13',
  '@babel/preset-env': '7.29.14',
  '@types/jest': '30.0.0',
  esbuild: '0.28.2',
  jest: '30.5.2',
  'ts-jest': '29.4.15',
  typescript: '5.9.3',
  vitest: '4.1.12',
} as const;

/** Beside each other, since every one answers to `tsc`. */
const typescripts = {
  '5.0': '5.0.4',
  '5.7': '5.7.3',
  '5.8': '5.8.3',
  '5.9': '5.9.3',
  '6.0': '6.0.3',
  '7.0': '7.0.2',
} as const;
type TypeScript = keyof typeof typescripts;

/** A tool tried as it is: which files of the app it gets, its configuration, and what is run. */
interface Trial {
  readonly sources: readonly Source[];
  readonly files?: Readonly<Record<string, string>>;
  readonly command: string;
  /** The oldest Node that will do; by default any. */
  readonly node?: { readonly major: number; readonly minor: number };
}

const script = (source: Source): Trial => ({ sources: [source], command: `node ${source}` });

const bundled = (format: 'cjs' | 'esm', extension: string): Trial => {
  const out = `dist/main.${extension}`;
  const flags = `--bundle --minify --platform=node --format=${format} --outfile=${out} --log-level=warning`;
  return { sources: ['src/main.js'], command: `npx esbuild src/main.js ${flags} && node ${out}` };
};

function compiled(version: TypeScript, module: string, source: 'src/main.ts' | 'src/main.mts'): Trial {
  const compilerOptions = { module, target: 'es2022', strict: true, types: ['node'], outDir: 'dist', rootDir: 'src' };
  // The oldest cannot check the declarations of valibot. All others check ours, too.
  const config = { compilerOptions: { ...compilerOptions, skipLibCheck: version === '5.0' }, include: ['src'] };
  return {
    sources: [source],
    files: { 'tsconfig.json': JSON.stringify(config) },
    command: `node typescripts/node_modules/typescript-${version}/bin/tsc -p . && node ${source.replace('src', 'dist').replace('ts', 'js')}`,
  };
}

const jestWithTs = { 'jest.config.json': JSON.stringify({ preset: 'ts-jest' }) };
const commonJs = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'commonjs', target: 'es2022', esModuleInterop: true, skipLibCheck: true },
  }),
};

/** By the first cell of its row. */
const trials: ReadonlyMap<string, readonly Trial[]> = new Map([
  ['Node, `import`', [script('src/main.mjs')]],
  ['Node, `require()`', [script('src/main.cjs')]],
  [
    'TypeScript 5.0 or newer, ES modules',
    (['5.0', '5.9', '6.0', '7.0'] as const).map((version) => compiled(version, 'nodenext', 'src/main.mts')),
  ],
  [
    'TypeScript 5.0 or newer, `module: commonjs`',
    (['5.0', '5.7', '5.9', '6.0', '7.0'] as const).map((version) => compiled(version, 'commonjs', 'src/main.ts')),
  ],
  [
    'TypeScript 5.8 or newer, `module: nodenext`, a CommonJS file',
    (['5.8', '5.9', '6.0', '7.0'] as const).map((version) => compiled(version, 'nodenext', 'src/main.ts')),
  ],
  [
    'TypeScript before 5.8, `module: nodenext`, a CommonJS file',
    (['5.0', '5.7'] as const).map((version) => compiled(version, 'nodenext', 'src/main.ts')),
  ],
  [
    'TypeScript, `module: node16` or `node18`, a CommonJS file',
    [
      compiled('5.9', 'node16', 'src/main.ts'),
      compiled('5.9', 'node18', 'src/main.ts'),
      compiled('7.0', 'node18', 'src/main.ts'),
    ],
  ],
  ['esbuild, `--format=cjs`', [bundled('cjs', 'cjs')]],
  ['esbuild, `--format=esm`', [bundled('esm', 'mjs')]],
  ['Vitest', [{ sources: ['test/vitest.test.mjs'], command: 'npx vitest run' }]],
  [
    'Jest, ES modules, `--experimental-vm-modules`',
    [{ sources: ['test/import.test.mjs'], command: 'NODE_OPTIONS=--experimental-vm-modules npx jest' }],
  ],
  [
    'Jest 30, CommonJS, Node 24.9 or newer, `--experimental-vm-modules`',
    [
      {
        sources: ['test/require.test.js'],
        command: 'NODE_OPTIONS=--experimental-vm-modules npx jest',
        node: { major: 24, minor: 9 },
      },
    ],
  ],
  ['Jest, CommonJS', [{ sources: ['test/require.test.js'], command: 'npx jest' }]],
  [
    'ts-jest, CommonJS',
    [{ sources: ['test/import.test.ts'], files: { ...jestWithTs, ...commonJs }, command: 'npx jest' }],
  ],
]);

/** Tries every row of the table in docs/bundlers.md: it must work, or fail with the error that the row shows. */
export function checkToolTable(project: string, nodes: readonly string[]): void {
  mkdirSync(join(project, 'typescripts'));
  const aliases = Object.entries(typescripts).map(([name, version]) => `typescript-${name}@npm:typescript@${version}`);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefix', 'typescripts', ...aliases], project);
  const table = readFileSync(`${root}docs/bundlers.md`, 'utf8').matchAll(/^\| (?!tool \|)(.+?) \| (.+?) \|/gm);
  const rows = [...table].map(([, tool = '', asItIs = '']) => ({ tool, asItIs }));
  const untried = [...trials.keys()].filter((name) => !rows.some(({ tool }) => tool === name));
  if (untried.length > 0) throw new Error(`docs/bundlers.md has lost its rows ${untried.join(', ')}.`);
  for (const { tool, asItIs } of rows) {
    const known = trials.get(tool);
    if (known === undefined) throw new Error(`docs/bundlers.md: nobody knows how to try the row ${tool}.`);
    const done = known.filter((trial) => tryAsItIs(trial, { tool, asItIs }, project, nodes));
    console.log(`docs/bundlers.md, ${tool}: ${done.length > 0 ? asItIs : 'not tried, no Node given is new enough'}.`);
  }
}

/** @returns false if no Node given will do */
function tryAsItIs(trial: Trial, row: { tool: string; asItIs: string }, project: string, nodes: readonly string[]) {
  const { sources, files = {}, command } = trial;
  const node = nodes.find((each) => trial.node === undefined || isAtLeast(trial.node, each));
  if (node === undefined) return false;
  const { ok, output } = withFiles(project, sources, files, () => attempt('sh', ['-c', command], project, node));
  const isAsSaid = row.asItIs === 'works' ? ok : !ok && output.includes(row.asItIs.replaceAll('`', ''));
  if (!isAsSaid)
    throw new Error(`docs/bundlers.md: "${row.tool}" says "${row.asItIs}". ${command} said:\n${lastOf(output)}`);
  return true;
}

function isAtLeast(oldest: { readonly major: number; readonly minor: number }, node: string): boolean {
  const [major = 0, minor = 0] = run(node, ['-p', 'process.versions.node'], '.').split('.').map(Number);
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
}

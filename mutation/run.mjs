import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { groups } from './groups.mjs';

// `pnpm mutation` runs every group, `pnpm mutation routing policy` those two. Fails when one scores below the limit.

const root = fileURLToPath(new URL('..', import.meta.url));
const stryker = fileURLToPath(new URL('node_modules/@stryker-mutator/core/bin/stryker.js', import.meta.url));
const asked = process.argv.slice(2);
for (const name of asked) {
  if (groups.some((group) => group.name === name)) continue;
  console.error(`There is no group ${name}; there are ${groups.map((group) => group.name).join(', ')}.`);
  process.exit(1);
}

// Files move. A pattern, or one of its alternatives, that matches nothing would leave code out without a word.
const packages = fileURLToPath(new URL('../packages', import.meta.url));
const files = readdirSync(packages, { recursive: true })
  .filter((path) => !/(?:^|[\\/])(?:node_modules|dist)[\\/]/.test(path))
  .map((path) => `packages/${path.replaceAll('\\', '/')}`);
const dead = groups.flatMap(({ name, mutate, tests }) =>
  [...mutate, ...tests]
    .flatMap((pattern) => alternatives(pattern.replace(/^!/, '')))
    .filter((pattern) => !files.some((path) => matchesGlob(path, pattern)))
    .map((pattern) => `${name}: nothing matches ${pattern}`),
);
if (dead.length > 0) {
  console.error(dead.join('\n'));
  process.exit(1);
}

const rows = [];
for (const { name } of groups.filter((group) => asked.length === 0 || asked.includes(group.name))) {
  console.log(`\n=== ${name}`);
  const report = new URL(`reports/${name}.json`, import.meta.url);
  rmSync(report, { force: true });
  const started = performance.now();
  const { status } = spawnSync(process.execPath, [stryker, 'run', 'mutation/stryker.config.mjs'], {
    cwd: root,
    env: { ...process.env, MUTATION_GROUP: name },
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
  const result = existsSync(report) ? counts(report) : { score: status === 0 ? 'nothing to mutate' : 'Stryker failed' };
  rows.push({ group: name, ...result, seconds: Math.round((performance.now() - started) / 1000) });
}
console.table(rows);

/** What a pattern with `{a,b}` means. */
function alternatives(pattern) {
  const [, before, list, after] = /^(.*?)\{([^}]*)\}(.*)$/.exec(pattern) ?? [];
  return list === undefined ? [pattern] : list.split(',').flatMap((each) => alternatives(before + each + after));
}

/** The figures of a report. */
function counts(report) {
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (status) => statuses.filter((each) => each === status).length;
  const killed = count('Killed');
  const timeout = count('Timeout');
  const survived = count('Survived');
  const noCoverage = count('NoCoverage');
  const score = (100 * (killed + timeout)) / (killed + timeout + survived + noCoverage);
  return { score: `${score.toFixed(1)} %`, killed, timeout, survived, noCoverage };
}

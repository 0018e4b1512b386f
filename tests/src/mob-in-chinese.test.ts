import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cellsOf, section } from './document-tables.js';
import { root } from './repository.js';

/** Rows such as `| 471、214 | `ip_not_allowed` | …`, as pairs of one status and its code. */
const said = section('docs/zh/mob.md', '## 出错了')
  .split('\n')
  .map(cellsOf)
  .flatMap(([statuses = '', code = '']) => (statuses.match(/\d+/g) ?? []).map((status) => `${status} ${code}`));

// The README of the package is compared with the code by a test of that package.
it('docs/zh/mob.md gives every status the code that the README of the package gives it', () => {
  const readme = readFileSync(`${root}packages/provider-mob/README.md`, 'utf8').split('\n').map(cellsOf);
  const known = readme.flatMap(([status = '', , outcome = '']) => {
    const [code] = outcome.match(/`\w+`/) ?? [];
    return /^\d+$/.test(status) ? [`${status} ${code}`] : [];
  });
  expect(said.length).toBeGreaterThan(20);
  expect(said.filter((row) => !known.includes(row))).toEqual([]);
});

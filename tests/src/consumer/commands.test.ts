import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { attempt, lastOf, run } from './commands.js';

const folder = mkdtempSync(join(tmpdir(), 'polysms-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the error of a program is read to its end, however long the source line before it', () => {
  // A minified bundle: Node prints the line that threw before it prints the error.
  writeFileSync(
    join(folder, 'bundle.mjs'),
    `const text = "${'x'.repeat(3_000_000)}"; throw new Error("the end of it");`,
  );
  const { ok, stdout, output } = attempt('sh', ['-c', 'node bundle.mjs'], folder);
  expect([ok, stdout, output.includes('Error: the end of it')]).toEqual([false, '', true]);
});

test('a command that fails says so with the end of its output', () => {
  expect(() => run('sh', ['-c', 'echo begun; echo why it failed >&2; exit 3'], folder)).toThrow(/why it failed/);
  expect(run('sh', ['-c', 'echo done; echo beside >&2'], folder)).toBe('done\n');
  expect(lastOf(`${'a'.repeat(5000)}end`)).toMatch(/^…a{3997}end$/);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { blocksOf } from './document-blocks.js';
import { root } from './repository.js';

// The block is compiled and run by the tests of all documents.
it('docs/simulators.md shows the dialect that the tests of the kit use, whole and in under 60 lines', () => {
  const fixture = readFileSync(`${root}packages/simulator/src/tiny-dialect.test.fixture.ts`, 'utf8');
  const withoutImports = fixture.replace(/^import .*\n/gm, '').replace('export const tinyDialect', 'const tinyDialect');
  const block = blocksOf('docs/simulators.md').find(({ language }) => language === 'ts');
  expect(block?.text).toContain(withoutImports.trim());
  expect(fixture.split('\n').length).toBeLessThan(60);
});

it('the README of the box shows the first test of the example for Playwright, as it is run', () => {
  const spec = readFileSync(`${root}examples/login/src/login.spec.ts`, 'utf8');
  const block = blocksOf('packages/simulator/README.md').find(({ text }) => text.includes('/playwright'));
  expect(spec.startsWith(block?.text ?? 'the README shows none')).toBe(true);
});

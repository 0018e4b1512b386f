import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { namesIn, section, sorted } from './document-tables.js';
import { layProvider } from './lay-provider.js';
import { root } from './repository.js';

const run = promisify(execFile);
const bin = (name: string) => join(root, 'node_modules/.bin', name);
/** What a command says that fails; empty for one that does not. */
const complaintsOf = (command: string, ...args: readonly string[]) =>
  run(bin(command), args, { cwd: root }).then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
  );

/** Inside the workspace, so that imports find the packages. */
const folder = mkdtempSync(join(root, 'tests/.generated-provider-'));
layProvider('zebra9', folder);
// The references lead to neighbours, of which there are none here: the packages are already built.
const tsconfig = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { composite: false, noEmit: true },
  include: ['src'],
};
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// It passes the conformance kit over its dialect: the tests that it is laid with run here, as they run in the repository.
await import(join(folder, 'src/conformance.test.ts'));

describe('pnpm new-provider', () => {
  it('lays a package that is linted', async () => {
    // Another name cannot break the rules that read the whole repository. They take seconds, and CI checks the template.
    const { files, formatter, json, javascript } = JSON.parse(readFileSync(`${root}biome.json`, 'utf8'));
    const config = join(folder, 'biome.json');
    writeFileSync(config, JSON.stringify({ root: false, files, formatter, json, javascript }));
    const main = join(folder, 'src/zebra9.ts');
    const laid = readFileSync(main, 'utf8');
    const check = ['check', `--config-path=${config}`, '--error-on-warnings', '--write', folder];
    expect(await complaintsOf('biome', ...check)).toBe('');
    rmSync(config);
    // Its names are sorted again, so it was read.
    expect(readFileSync(main, 'utf8')).not.toBe(laid);
  });

  it('and builds', async () => {
    expect(await complaintsOf('tsc', '-p', folder)).toBe('');
  });

  it('lays the files that docs/providers.md lists', () => {
    const laid = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /^src\/.*\.ts$|^README\.md$/.test(file))
      .map((file) => file.replace(/^(src\/simulator\/).*/, '$1').replace('zebra9', 'tencent'));
    expect(sorted(namesIn(section('docs/providers.md', '## In this repository'), 'file'))).toEqual(sorted(laid));
  });

  it('takes no name that could not stand in code', () => {
    for (const name of ['', 'Tencent', 'tencent-cloud', '../core', '9lives', 'x'.repeat(32)]) {
      expect(() => layProvider(name, join(folder, 'none'))).toThrow('small letters and digits');
    }
  });
});

import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
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

describe('the command', () => {
  const command = join(root, 'tests/dist/new-provider.js');
  const ended = (...args: readonly string[]) =>
    run(process.execPath, [command, ...args], { cwd: root }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );
  const before = () => [
    readFileSync(join(root, 'tsconfig.json'), 'utf8'),
    readdirSync(join(root, 'packages')).sort().join(),
  ];

  it.each([
    [[], 'Usage: npx -y pnpm@12 new-provider NAME'],
    [['--'], 'Usage: npx -y pnpm@12 new-provider NAME'],
    [['twilio'], 'packages/provider-twilio exists already.'],
    [['--', 'aliyun'], 'packages/provider-aliyun exists already.'],
    [['Tencent-Cloud'], 'The name of a provider has 2 to 31 small letters and digits'],
    [['/../../elsewhere'], 'The name of a provider has 2 to 31 small letters and digits'],
  ])('given %j says what is wrong, and touches nothing', async (args, said) => {
    const untouched = before();
    const { code, stdout, stderr } = await ended(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(before()).toEqual(untouched);
  });

  it('lays a package, linted and known to the solution, and says what comes next', async () => {
    // Elsewhere: whoever lists the packages at the same time is not to find one more.
    const scratch = mkdtempSync(join(tmpdir(), 'polysms-new-provider-'));
    onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
    for (const part of [
      'tests/dist',
      'tests/new-provider',
      'tsconfig.json',
      'biome.json',
      '.gitignore',
      'package.json',
    ]) {
      cpSync(join(root, part), join(scratch, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
    const args = [join(scratch, 'tests/dist/new-provider.js'), '--', 'zebra8'];
    const { stdout } = await run(process.execPath, args, { cwd: scratch });
    expect(stdout).toContain('npx vitest run packages/provider-zebra8');
    expect(readdirSync(join(scratch, 'packages/provider-zebra8/src'))).toContain('zebra8.ts');
    const referencesOf = (folder: string): readonly unknown[] =>
      JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')).references;
    expect(referencesOf(scratch)).toEqual([...referencesOf(root), { path: './packages/provider-zebra8' }]);
    const again = await run(process.execPath, args, { cwd: scratch }).catch((error) => error);
    expect(again).toMatchObject({ code: 1, stderr: 'packages/provider-zebra8 exists already.\n' });
  });
});

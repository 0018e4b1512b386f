import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf } from './document-blocks.js';
import { root } from './repository.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const run = promisify(execFile);
const files = blocksOf('docs/providers.md').filter(({ title }) => title !== undefined);
/** Inside the workspace, so that imports find the packages just built. */
const folder = mkdtempSync(join(root, 'tests/.generated-document-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const { title = '', text } of files) {
  const file = join(folder, title);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe('docs/providers.md, followed to the letter', () => {
  it('gives a provider that builds', async () => {
    expect(files.length).toBeGreaterThan(2);
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).catch(({ stdout }) => expect(stdout).toBe(''));
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const file of Object.values<string>(manifest.exports['.'])) expect(existsSync(join(folder, file))).toBe(true);
  });

  if (isLong) {
    it('and passes the conformance kit, each test once also after the build', async () => {
      // The reader's folder stands alone; this one stands inside a workspace whose settings it must not take.
      writeFileSync(join(folder, 'vitest.config.ts'), 'export default { test: { testTimeout: 300_000 } };\n');
      const { stdout } = await run('npm', ['test', '--silent', '--', '--reporter=json'], {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: '' },
      }).catch((error) => error);
      const report = JSON.parse(stdout.slice(stdout.indexOf('{')));
      expect(report).toMatchObject({ success: true, numFailedTests: 0, numPendingTests: 0 });
      expect(report.numPassedTests).toBeGreaterThan(20);
      const ran = report.testResults.map(({ name }: { name: string }) => relative(folder, name));
      expect(ran).toEqual(ran.filter((name: string) => name.startsWith('src/')));
    });
  }

  it('and packs what the package exports, without tests', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
    const packed = [JSON.parse(stdout)].flat()[0];
    const paths = packed.files.map(({ path }: { path: string }) => path);
    expect(paths.sort()).toEqual([
      ...['dist/acme.d.ts', 'dist/acme.js', 'dist/reports.d.ts', 'dist/reports.js'],
      'package.json',
    ]);
  });
});

// The short suite runs the reader's tests in this process: npm and another vitest take longer than the tests.
if (!isLong) await import(join(folder, 'src/acme.test.ts'));

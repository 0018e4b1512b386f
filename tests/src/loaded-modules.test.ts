import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./list-loaded-modules.mjs', import.meta.url));

/** The names of all packages that importing `specifier` loads, in a process of its own. */
async function packagesLoadedBy(specifier: string): Promise<readonly string[]> {
  // Into a file: a pipe is full when its reader gets no turn, and what is printed there from a hook would be lost.
  const folder = mkdtempSync(join(tmpdir(), 'loaded-modules-'));
  const list = join(folder, 'list');
  await run(process.execPath, [script, specifier, list]);
  const names = [
    ...readFileSync(list, 'utf8').matchAll(/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/(?!.*node_modules\/)/g),
  ];
  rmSync(folder, { recursive: true });
  return [...new Set(names.map(([, name]) => name ?? ''))].sort();
}

describe('what a provider package loads', () => {
  it.each([
    '@polysms/core/provider-kit',
    '@polysms/provider-aliyun',
    '@polysms/provider-mob',
    '@polysms/provider-mock',
    '@polysms/provider-twilio',
  ])('%s: undici, and neither opossum nor inversify', async (specifier) => {
    const packages = await packagesLoadedBy(specifier);
    expect(packages).toContain('undici');
    expect(packages).not.toContain('opossum');
    expect(packages).not.toContain('inversify');
    expect(packages).not.toContain('hono');
    expect(packages.filter((name) => name.startsWith('@alicloud/'))).toEqual([]);
    expect(packages).not.toContain('twilio');
  });

  it.each([
    '@polysms/core/provider-kit/inversify',
    '@polysms/provider-aliyun/inversify',
    '@polysms/provider-mob/inversify',
    '@polysms/provider-mock/inversify',
    '@polysms/provider-twilio/inversify',
  ])('for a container, %s: inversify, and not the client', async (specifier) => {
    const packages = await packagesLoadedBy(specifier);
    expect(packages).toContain('inversify');
    expect(packages).not.toContain('opossum');
  });

  it('is seen by this test, or it would prove nothing', async () => {
    expect(await packagesLoadedBy('opossum')).toContain('opossum');
    expect(await packagesLoadedBy('inversify')).toContain('inversify');
  });
});

describe('what a store package loads', () => {
  it('is neither an HTTP client nor the client of an app', async () => {
    const packages = await packagesLoadedBy('@polysms/core/stores');
    expect(packages).not.toContain('undici');
    expect(packages).not.toContain('opossum');
    expect(packages).not.toContain('inversify');
  });
});

describe('what an app loads', () => {
  it('is no HTTP client before it makes a provider, and no container', async () => {
    const packages = await packagesLoadedBy('@polysms/core');
    expect(packages).not.toContain('undici');
    expect(packages).not.toContain('inversify');
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./list-loaded-modules.mjs', import.meta.url));

const providers = [
  '@polysms/core/provider-kit',
  '@polysms/provider-aliyun',
  '@polysms/provider-mob',
  '@polysms/provider-mock',
  '@polysms/provider-twilio',
];
const forContainers = providers.map((specifier) => `${specifier}/inversify`);
const others = ['opossum', 'inversify', '@polysms/core', '@polysms/core/stores'];

/** What each module loads, by its file, and what each specifier names. */
const loads = new Map<string, string[]>();

beforeAll(async () => {
  // Into a file: a pipe is full when its reader gets no turn, and what is printed there from a hook would be lost.
  const folder = mkdtempSync(join(tmpdir(), 'loaded-modules-'));
  const list = join(folder, 'list');
  await run(process.execPath, [script, list, ...providers, ...forContainers, ...others]);
  const pathOf = (name: string) => (name.startsWith('file:') ? fileURLToPath(name) : name);
  for (const line of readFileSync(list, 'utf8').trim().split('\n')) {
    const [from, to] = (JSON.parse(line) as [string, string]).map(pathOf) as [string, string];
    loads.set(from, [...(loads.get(from) ?? []), to]);
  }
  rmSync(folder, { recursive: true });
});

/** The names of all packages that importing `specifier` loads. */
function packagesLoadedBy(specifier: string): readonly string[] {
  const files = new Set([specifier]);
  for (const file of files) for (const loaded of loads.get(file) ?? []) files.add(loaded);
  const names = [...files].flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

describe('what a provider package loads', () => {
  it.each(providers)('%s: undici, and neither opossum nor inversify', (specifier) => {
    const packages = packagesLoadedBy(specifier);
    expect(packages).toContain('undici');
    expect(packages).not.toContain('opossum');
    expect(packages).not.toContain('inversify');
    expect(packages).not.toContain('hono');
    expect(packages.filter((name) => name.startsWith('@alicloud/'))).toEqual([]);
    expect(packages).not.toContain('twilio');
  });

  it.each(forContainers)('for a container, %s: inversify, and not the client', (specifier) => {
    const packages = packagesLoadedBy(specifier);
    expect(packages).toContain('inversify');
    expect(packages).not.toContain('opossum');
  });

  it('is seen by this test, or it would prove nothing', () => {
    expect(packagesLoadedBy('opossum')).toContain('opossum');
    expect(packagesLoadedBy('inversify')).toContain('inversify');
    // A package in CommonJS loads others with require().
    expect(packagesLoadedBy('@polysms/core')).toContain('opossum');
  });
});

describe('what a store package loads', () => {
  it('is neither an HTTP client nor the client of an app', () => {
    const packages = packagesLoadedBy('@polysms/core/stores');
    expect(packages).not.toContain('undici');
    expect(packages).not.toContain('opossum');
    expect(packages).not.toContain('inversify');
  });
});

describe('what an app loads', () => {
  it('is no HTTP client before it makes a provider, and no container', () => {
    const packages = packagesLoadedBy('@polysms/core');
    expect(packages).not.toContain('undici');
    expect(packages).not.toContain('inversify');
  });
});

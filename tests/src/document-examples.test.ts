import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Block, blocksOf, documents } from './document-blocks.js';
import { root } from './repository.js';

/** Inside the workspace, so that imports find the packages. */
const folder = join(root, 'tests/.generated-examples');

/** Whether an example needs nothing but this process: no vendor, no Redis, no settings, no other test runner. */
function isSelfContained({ language, title, text }: Block): boolean {
  const modules = [...text.matchAll(/ from '([^']+)'/g)].map(([, name]) => name);
  const needs = /process\.env|readFileSync|'(?:node:test|vitest|ioredis|pg|@polysms\/simulator\/playwright)'/;
  const asksMob = modules.includes('@polysms/provider-mob') && !modules.includes('@polysms/provider-mob/simulator');
  return language === 'ts' && title === undefined && modules.length > 0 && !needs.test(text) && !asksMob;
}

const examples = documents().flatMap(blocksOf).filter(isSelfContained);

/** What the example says that a line prints: `console.log(result.to); // +8613800138000`. */
function promisesOf({ text }: Block): readonly string[] {
  return [...text.matchAll(/console\.log\(.*\); \/\/ (\{.*\}|[^:\n]+)/g)].map(([, promise]) => promise ?? '');
}

/** Runs an example, and gives the lines that it prints. */
async function outputOf({ text }: Block, name: string): Promise<readonly string[]> {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
  });
  const file = join(folder, name);
  writeFileSync(file, `${text}\nexport {};\n`);
  await import(/* @vite-ignore */ file);
  return printed;
}

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an example of the documents', () => {
  it('can often be run, and says what it prints', () => {
    expect(examples.length).toBeGreaterThan(15);
    expect(examples.flatMap(promisesOf).length).toBeGreaterThan(5);
  });

  it.each(examples.map((example, index) => [`${example.document}:${example.line}`, example, index] as const))(
    'does what it says: %s',
    async (_, example, index) => {
      const printed = await outputOf(example, `${index}.ts`);
      expect(printed).toEqual(expect.arrayContaining([...promisesOf(example)]));
    },
  );

  it.each(['README.md', 'docs/zh/README.md'])(
    'is the first thing in %s, and prints the lines behind it',
    async (document) => {
      const [example, output] = blocksOf(document);
      expect([example?.language, output?.language]).toEqual(['ts', 'text']);
      if (example === undefined) return;
      expect(example.text.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10);
      expect(`${(await outputOf(example, `first-${document.replaceAll('/', '-')}.ts`)).join('\n')}\n`).toBe(
        output?.text,
      );
    },
  );
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf, documents } from './document-blocks.js';
import { publishablePackages, root } from './repository.js';

const run = promisify(execFile);
/** Inside the workspace, so that imports find the packages just built. */
const generated = join(root, 'tests/.generated');
const blocks = documents().flatMap(blocksOf);
const nameOf = ({ document, line }: Block) => `${document}:${line}`;

beforeAll(() => {
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated, { recursive: true });
});
afterAll(() => rmSync(generated, { recursive: true, force: true }));

function write(folder: string, name: string, text: string) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function expectToCompile(folder: string) {
  write(
    folder,
    'tsconfig.json',
    JSON.stringify({
      extends: '../../../tsconfig.base.json',
      compilerOptions: { composite: false, noEmit: true, noUnusedLocals: false },
      include: ['.'],
    }),
  );
  const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).catch((error) => error);
  expect(stdout).toBe('');
}

describe('code in the documents', () => {
  it('is in a language that a test knows', () => {
    const known = ['ts', 'sh', 'sql', 'text', 'json'];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(nameOf)).toEqual([]);
  });

  it('compiles, each block by itself', async () => {
    const folder = join(generated, 'blocks');
    const snippets = blocks.filter(({ language, title }) => language === 'ts' && title === undefined);
    expect(snippets.length).toBeGreaterThan(3);
    for (const [index, block] of snippets.entries()) {
      write(folder, `${index}-${nameOf(block).replaceAll(/\W/g, '-')}.ts`, `${block.text}\nexport {};\n`);
    }
    await expectToCompile(folder);
  });

  it('is JSON where it says so', () => {
    for (const { text } of blocks.filter(({ language }) => language === 'json')) JSON.parse(text);
  });

  it('links to files and headings that exist', () => {
    const broken = documents().flatMap((document) =>
      linksOf(document)
        .filter((link) => !leadsSomewhere(document, link))
        .map((link) => `${document}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('can be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      for (const link of linksOf(document)) {
        const file = normalize(join(dirname(document), link.split('#')[0] ?? ''));
        if (documents().includes(file)) reached.add(file);
      }
    }
    expect(documents().filter((document) => !reached.has(document))).toEqual([]);
  });
});

/** What stands outside of fenced blocks. */
function proseOf(document: string): string {
  return readFileSync(root + document, 'utf8').replaceAll(/^```.*?^```$/gms, '');
}

/** The links of a document to files and headings of this repository. */
function linksOf(document: string): readonly string[] {
  return [...proseOf(document).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link ?? '');
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): readonly string[] {
  const headings = [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? document : normalize(join(dirname(document), path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

function isConfigurationCheck(line: string): boolean {
  return line.startsWith('node --input-type=module -e ');
}

/** Numbers that differ from run to run: durations and ports. */
function withoutChance(output: string): string {
  return output
    .replaceAll(/ *\d+(\.\d+)? ms */g, ' N ms ')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .trim();
}

describe('commands in the documents', () => {
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap((block) =>
      block.text
        .trim()
        .split('\n')
        .map((line) => ({ line: line.replace(/ +#.*/, ''), block })),
    );

  it('are the ones whose work is tested here or elsewhere', () => {
    const packages = publishablePackages().map(({ name }) => name);
    const isKnown = ({ line, block: { document } }: (typeof commands)[number]) =>
      // Their scripts are run by the tests below, by CI, and by this test run itself.
      [
        'npx -y pnpm@12 start',
        'npx -y pnpm@12 box',
        'npx -y pnpm@12 test',
        'npx -y pnpm@12 test:long',
        'npx -y pnpm@12 mob-simulator --port 8090',
      ].includes(line) ||
      // What it lays is tested by new-provider.test.ts.
      line === 'npx -y pnpm@12 new-provider tencent' ||
      // Load for the machine beside the tests.
      /^for i in [\d ]+; do timeout \d+ sh -c 'while :; do :; done' & done$/.test(line) ||
      line === 'MOB_APP_KEY=your-appkey npx -y pnpm@12 start -- --to +8613800138000' ||
      // Takes minutes, and its configuration is checked by being run.
      /^npx -y pnpm@12 mutation( [a-z]+)*$/.test(line) ||
      // Run by tests below, and by provider-document.long.test.ts.
      isConfigurationCheck(line) ||
      ['npm test', 'npm run build', 'npm pack --dry-run'].includes(line) ||
      // Run as they stand by check-consumer.js, in CI.
      document === 'docs/bundlers.md' ||
      // Run by the tests of that package.
      /^(curl|npx mob-simulator) /.test(line) ||
      /^(npm install|npm install --save-dev) /.test(line);
    expect(
      commands.filter((command) => !isKnown(command)).map(({ line, block }) => `${nameOf(block)}: ${line}`),
    ).toEqual([]);
    const installed = commands.flatMap(({ line }) => line.match(/@polysms\/[\w-]+/g) ?? []);
    expect(installed.filter((name) => !packages.includes(name))).toEqual([]);
  });

  it('start: prints what docs/demo.md shows', async () => {
    const page = blocksOf('docs/demo.md');
    const index = page.findIndex(({ text }) => text === 'npx -y pnpm@12 start\n');
    const shown = page[index + 1];
    const { stdout } = await run(process.execPath, [join(root, 'demo/dist/main.js')]);
    expect(withoutChance(stdout)).toBe(withoutChance(shown?.text ?? 'docs/demo.md shows no output'));
  });

  describe('the check of a configuration', () => {
    const folder = join(generated, 'configuration');
    const [command = ''] = commands.flatMap(({ line }) => (isConfigurationCheck(line) ? [line] : []));
    const checked = async (config: object, env: Readonly<Record<string, string>>) => {
      write(folder, 'sms.json', JSON.stringify(config));
      const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
      const ended = (error: { code: number; stdout: string; stderr: string }) => error;
      return run('sh', ['-c', command], options).then((output) => ({ code: 0, ...output }), ended);
    };
    const providers = [{ type: 'mob', appKey: { env: 'MOB_APP_KEY' } }];

    it('says that a file is good', async () => {
      const output = await checked({ providers }, { MOB_APP_KEY: 'any' });
      expect(output).toMatchObject({ code: 0, stdout: 'sms.json is good.\n', stderr: '' });
    });

    it('names what is wrong, and fails', async () => {
      const { code, stdout, stderr } = await checked({ providers, deadlineMS: 1 }, {});
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('deadlineMS');
      expect(stderr).toContain('MOB_APP_KEY');
      const routes = [{ providers: ['mob-backup'] }];
      expect((await checked({ providers, routes }, { MOB_APP_KEY: 'any' })).stderr).toContain('mob-backup');
    });
  });

  it('mob-simulator: prints its URL and answers there', async () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const file = /node (\S+cli\.js)/.exec(scripts['mob-simulator'])?.[1] ?? '';
    const child = spawn(process.execPath, [join(root, file), '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = await once(createInterface({ input: child.stdout }), 'line');
    const response = await fetch(`${url}/simulator/messages`);
    expect(await response.json()).toEqual([]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

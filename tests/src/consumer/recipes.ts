import { readFileSync } from 'node:fs';
import { type Block, blocksOf } from '../document-blocks.js';
import { root } from '../repository.js';
import { attempt, lastOf } from './commands.js';
import { type Source, withFiles } from './sample-app.js';

const page = 'docs/bundlers.md';

/** What stands in the project when the commands of a section are run. */
const sections: ReadonlyMap<string, readonly Source[]> = new Map([
  ['TypeScript', ['src/main.ts']],
  ['esbuild', ['src/main.js']],
  ['Jest', ['test/require.test.js', 'test/import.test.js']],
  ['ts-jest', ['test/import.test.ts']],
]);

/** Makes the files that a section of docs/bundlers.md shows and runs its commands as they stand, on each Node. */
export function runRecipes(project: string, nodes: readonly string[]): void {
  const shown = new Map<string, Block[]>();
  for (const block of blocksOf(page)) {
    const section = sectionAt(block.line);
    shown.set(section, [...(shown.get(section) ?? []), block]);
  }
  for (const [section, blocks] of shown) {
    const sources = sections.get(section);
    if (sources === undefined) throw new Error(`${page}: nobody knows how to run the section ${section}.`);
    const files = blocks.flatMap(({ title, text }) => (title === undefined ? [] : [[title, text] as const]));
    const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
    const commands = lines.filter((line) => !line.startsWith('npm install '));
    withFiles(project, sources, Object.fromEntries(files), () => {
      for (const line of commands) {
        for (const node of nodes) {
          const { ok, output } = attempt('sh', ['-c', line], project, node);
          if (!ok) throw new Error(`${page}, ${section}: ${line} failed on ${node}:\n${lastOf(output)}`);
        }
      }
    });
    console.log(`${page}, ${section}: ${commands.length} commands, ${nodes.length} times.`);
  }
  const missing = [...sections.keys()].filter((section) => !shown.has(section));
  if (missing.length > 0) throw new Error(`${page} has lost its sections ${missing.join(', ')}.`);
}

function sectionAt(line: number): string {
  const before = readFileSync(root + page, 'utf8')
    .split('\n')
    .slice(0, line);
  return before.findLast((each) => each.startsWith('## '))?.slice(3) ?? '';
}

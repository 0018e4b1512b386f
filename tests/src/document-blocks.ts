import { readdirSync, readFileSync } from 'node:fs';
import { publishablePackages, root } from './repository.js';

/** A fenced block of a document. */
export interface Block {
  /** The document, relative to the repository: `docs/errors.md`. */
  readonly document: string;
  readonly line: number;
  /** `ts`, `sh`, `text`, … */
  readonly language: string;
  /** The name of the file that the document asks the reader to make, if it does: `title="src/acme.ts"`. */
  readonly title: string | undefined;
  readonly text: string;
}

/** README.md, docs/ with its folders, and the READMEs of the packages. */
export function documents(): readonly string[] {
  const docs = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`);
  const readmes = publishablePackages().map(({ folder }) => `${folder.slice(root.length)}/README.md`);
  return ['README.md', ...docs, ...readmes].filter((name) => name.endsWith('.md'));
}

/** Every fenced block of a document, in order. */
export function blocksOf(document: string): readonly Block[] {
  const text = readFileSync(root + document, 'utf8');
  const fences = text.matchAll(/^```(?<language>\w*)(?<info>[^\n]*)\n(?<text>.*?)^```$/gms);
  return [...fences].map(({ groups, index }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    language: groups?.['language'] ?? '',
    title: /title="([^"]+)"/.exec(groups?.['info'] ?? '')?.[1],
    text: groups?.['text'] ?? '',
  }));
}

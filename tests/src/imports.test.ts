import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishablePackages, root, sourceFiles } from './repository.js';

/** The relative imports and re-exports of a file, `import type` included: Biome's rule leaves those out. */
function importsOf(source: string): readonly string[] {
  const statements = source.matchAll(/^(?:import|export|\}) ?[^'"]*?(?:from )?'(\.[^']+)'/gm);
  const calls = source.matchAll(/\bimport\('(\.[^']+)'\)/g);
  return [...statements, ...calls].flatMap(([, specifier]) => specifier ?? []);
}

type Imports = ReadonlyMap<string, readonly string[]>;

/** What each file of a package imports of the package; its tests are left out. */
function importsIn(folder: string): Imports {
  const files = sourceFiles(`${folder}/src`).filter((file) => !/\.test\.(?:\w+\.)?ts$/.test(file));
  return new Map(
    files.map((file) => {
      const imported = importsOf(readFileSync(file, 'utf8')).map((specifier) =>
        join(dirname(file), specifier.replace(/\.js$/, '.ts')),
      );
      return [file, imported.filter((each) => files.includes(each))];
    }),
  );
}

/** A circle, each file once and the first one at its end as well; undefined if there is none. */
function circleIn(imports: Imports): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('imports, those of types included', () => {
  it.each(publishablePackages().map(({ name, folder }) => [name, folder]))(
    'of %s go round in no circle',
    (_, folder) => {
      const imports = importsIn(folder);
      expect([...imports.values()].flat().length).toBeGreaterThan(0);
      expect(circleIn(imports)?.map((file) => relative(root, file))).toBeUndefined();
    },
  );

  it('are all seen, or the test would prove nothing', () => {
    expect(
      importsOf(
        [
          "import type { A } from './a.js';",
          "import './b.js';",
          "import {\n  type C,\n  d,\n} from './c.js';",
          "export type { D } from './d.js';",
          "export * from './e.js';",
          "import fs from 'node:fs';",
          "type F = typeof import('./f.js');",
        ].join('\n'),
      ),
    ).toEqual(['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js']);
    expect(
      circleIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
  });
});

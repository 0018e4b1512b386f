import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publishablePackages } from './repository.js';

interface Target {
  readonly types: string;
  readonly default: string;
}

describe.each(publishablePackages().map(({ name, folder }) => [name, folder]))(
  'the package.json of %s',
  (_, folder) => {
    const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const targets: [string, Target][] = Object.entries<Target>(manifest.exports).filter(
      ([path]) => path !== './package.json',
    );

    // TypeScript with `module: commonjs` (node10) does not read `exports`.
    it('says the same to tools that know no exports', () => {
      const [, root] = targets.find(([path]) => path === '.') ?? [];
      expect({ main: manifest.main, types: manifest.types }).toEqual({ main: root?.default, types: root?.types });
      const subPaths = targets.filter(([path]) => path !== '.').map(([path, { types }]) => [path.slice(2), [types]]);
      expect(manifest.typesVersions?.['*'] ?? {}).toEqual(Object.fromEntries(subPaths));
    });

    // `default`, not `import`: Node's require() takes the same file.
    it('offers types first, and one file to import and require', () => {
      for (const [path, target] of targets) expect([path, Object.keys(target)]).toEqual([path, ['types', 'default']]);
    });
  },
);

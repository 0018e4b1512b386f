import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { group } from './group.mjs';

const isLeftOut = (pattern) => pattern.startsWith('!');
const packages = fileURLToPath(new URL('../packages', import.meta.url));
const seededFastCheck = fileURLToPath(new URL('../tests/src/seeded-fast-check.mjs', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: 'fast-check', replacement: seededFastCheck },
      // Packages import each other through `dist`, which is not mutated.
      { find: /^@polysms\/core$/, replacement: `${packages}/core/src/index.ts` },
      {
        find: /^@polysms\/core\/provider-kit\/inversify$/,
        replacement: `${packages}/core/src/provider-kit/inversify.ts`,
      },
      {
        find: /^@polysms\/core\/(provider-kit|configuration|inversify)$/,
        replacement: `${packages}/core/src/$1/index.ts`,
      },
      { find: /^@polysms\/core\/stores$/, replacement: `${packages}/core/src/stores-index.ts` },
      { find: /^@polysms\/conformance$/, replacement: `${packages}/conformance/src/index.ts` },
    ],
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: group.tests.filter((pattern) => !isLeftOut(pattern)),
    exclude: ['**/*.long.test.ts', ...group.tests.filter(isLeftOut).map((pattern) => pattern.slice(1))],
  },
});

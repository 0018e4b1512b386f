import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SlowFilesFirst } from './tests/src/slow-files-first.js';

/**
 * The files that replace a module with `vi.mock`, which vitest never takes back, and those that count the timers of a
 * fake clock for seconds: a real timer of an earlier file may set its next one there. Each has a process of its own. All
 * other files share processes, and `fresh-file.setup.ts` keeps them apart.
 */
const alone = [
  'packages/core/src/client/never-twice.long.test.ts',
  'packages/core/src/guard/abuse-guard-model.long.test.ts',
  'packages/core/src/delivery/circuits/opossum-costs.test.ts',
  'packages/core/src/delivery/circuits/opossum-traps.test.ts',
  'packages/core/src/verification/memory-verification-store.test.ts',
];

/**
 * Packages as their users get them: Node loads them, once for each process. Otherwise each test file would load the
 * whole of @polysms/core again, which takes longer than most test files.
 */
const built = /^(?!.*\/node_modules\/).*\/dist\//;

/**
 * Two suites. `pnpm test` runs every file that needs no browser; what can be long is small there. `pnpm test:long`
 * (`--mode long`) runs the files whose names say so, `*.long.test.ts`, at their full size, and those that start a browser,
 * `*.browser.test.ts`. docs/testing.md tells more.
 */
export default defineConfig(({ mode }) => {
  const isLong = mode === 'long';
  const ending = isLong ? '.{long,browser}.test.ts' : '.test.ts';
  const left = isLong ? [] : ['**/*.browser.test.ts'];
  // A time limit is there to end a test that hangs, on the slowest of machines. No test is to be judged by it.
  const patienceMs = isLong ? 1_200_000 : 300_000;
  const resolve = {
    alias: { 'fast-check': fileURLToPath(new URL('tests/src/seeded-fast-check.mjs', import.meta.url)) },
  };
  // Given to each project: with `extends` a project would read this file again, and never in the mode `long`.
  const both = {
    env: { POLYSMS_TEST_SUITE: isLong ? 'long' : 'short' },
    server: { deps: { external: [built] } },
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
    teardownTimeout: 60_000,
    // More than cores, since many tests wait: for timers, sockets and other processes.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
  };
  return {
    test: {
      maxWorkers: both.maxWorkers,
      sequence: { sequencer: SlowFilesFirst },
      projects: [
        {
          resolve,
          test: { ...both, name: 'alone', include: alone.filter((file) => !isLong || file.endsWith('.long.test.ts')) },
        },
        {
          resolve,
          test: {
            ...both,
            name: 'together',
            include: [`{packages,examples}/*/src/**/*${ending}`, `{box,demo,tests}/src/**/*${ending}`],
            exclude: ['**/node_modules/**', ...left, ...alone],
            isolate: false,
            setupFiles: ['tests/src/fresh-file.setup.ts'],
          },
        },
      ],
    },
  };
});

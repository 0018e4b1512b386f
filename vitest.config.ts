import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Two suites of the same tests. `pnpm test` runs every file; what can be long is small there. `pnpm test:long`
 * (`--mode long`) runs the files whose names say so, `*.long.test.ts`, at their full size. docs/testing.md tells more.
 */
export default defineConfig(({ mode }) => {
  const isLong = mode === 'long';
  const ending = isLong ? '.long.test.ts' : '.test.ts';
  // A time limit is there to end a test that hangs, on the slowest of machines. No test is to be judged by it.
  const patienceMs = isLong ? 1_200_000 : 300_000;
  return {
    resolve: {
      alias: { 'fast-check': fileURLToPath(new URL('tests/src/seeded-fast-check.mjs', import.meta.url)) },
    },
    test: {
      include: [`{packages,examples}/*/src/**/*${ending}`, `{box,demo,tests}/src/**/*${ending}`],
      env: { POLYSMS_TEST_SUITE: isLong ? 'long' : 'short' },
      testTimeout: patienceMs,
      hookTimeout: patienceMs,
      teardownTimeout: 60_000,
      // More than cores, since many tests wait: for timers, sockets and other processes.
      maxWorkers: Math.ceil(1.5 * availableParallelism()),
    },
  };
});

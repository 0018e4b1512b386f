import { fileURLToPath } from 'node:url';
import { group } from './group.mjs';

export default {
  // By path: with pnpm, Stryker cannot see what lies beside it.
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  testRunner: 'vitest',
  // A group may be waiting for its code to be written.
  allowEmpty: true,
  vitest: { configFile: 'mutation/vitest.config.mjs', related: false },
  mutate: [...group.mutate, '!**/*.test.*'],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTATION_WORKERS ?? 1),
  // Stryker would rewrite the paths in it with the API that TypeScript 7 no longer has. Nothing here is compiled.
  tsconfigFile: 'mutation/no-tsconfig.json',
  tempDirName: 'mutation/.stryker-tmp',
  reporters: ['progress-append-only', 'json', 'html', 'clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `mutation/reports/${group.name}.json` },
  htmlReporter: { fileName: `mutation/reports/${group.name}.html` },
  thresholds: { high: 95, low: 90, break: 90 },
};

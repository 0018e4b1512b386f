import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiReport, exportedNames, reportFile, reportPath } from './api-report.js';
import { publishablePackages, root } from './repository.js';

describe.each(publishablePackages().map((each) => ({ ...each, file: reportFile(each) })))(
  'the public API of $name',
  (workspacePackage) => {
    it(`is what ${workspacePackage.file} says`, () => {
      const path = reportPath(workspacePackage);
      const kept = existsSync(path) ? readFileSync(path, 'utf8') : 'no file';
      const advice = `The public API has changed. If you mean it, run \`pnpm api:update\` and commit ${workspacePackage.file}.`;
      expect(apiReport(workspacePackage), advice).toBe(kept);
    });
  },
);

it('the root of core offers 70 names at most: what only authors of providers or stores need has a path of its own', () => {
  const names = exportedNames(`${root}packages/core`, '.');
  expect(names).toContain('createSmsClient');
  expect(names).toContain('SmsProvider');
  expect(names.length).toBeLessThanOrEqual(70);
});

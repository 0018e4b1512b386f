import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrationModule, migrationModuleText } from './migration-texts.js';

it('the module of migrations holds what the SQL files say', () => {
  expect(readFileSync(migrationModule, 'utf8')).toBe(migrationModuleText());
});

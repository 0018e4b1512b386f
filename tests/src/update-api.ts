// Writes what is made from the sources: what users of each package can import into `api/`, and the migrations as a module.
// Run by `pnpm api:update`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { apiReport, reportPath } from './api-report.js';
import { migrationModule, migrationModuleText } from './migration-texts.js';
import { publishablePackages, root } from './repository.js';

mkdirSync(`${root}api`, { recursive: true });
for (const each of publishablePackages()) writeFileSync(reportPath(each), apiReport(each));
writeFileSync(migrationModule, migrationModuleText());

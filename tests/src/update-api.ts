// Writes what users of each package can import into `api/`: run by `pnpm api:update`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { apiReport, reportPath } from './api-report.js';
import { publishablePackages, root } from './repository.js';

mkdirSync(`${root}api`, { recursive: true });
for (const each of publishablePackages()) writeFileSync(reportPath(each), apiReport(each));

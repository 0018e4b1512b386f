import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellsOf } from './document-tables.js';
import { root } from './repository.js';
import { abilitiesOf } from './vendor-abilities.js';
import { vendorAccounts } from './vendor-accounts.js';

/** The packages of vendors; the mock is none. */
const packages = readdirSync(`${root}packages`)
  .filter((name) => name.startsWith('provider-') && name !== 'provider-mock')
  .map((name) => name.slice('provider-'.length));

const table = readFileSync(`${root}docs/vendors.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'));

describe('docs/vendors.md', () => {
  it('has a column for each package of a vendor', () => {
    expect(vendorAccounts.map(({ name }) => name).sort()).toEqual(packages.sort());
    const links = vendorAccounts.map(
      ({ name, dialect }) => `[${dialect.title}](../packages/provider-${name}/README.md)`,
    );
    expect(cellsOf(table[0] ?? '').slice(1)).toEqual(links);
  });

  it('says what the packages did in the box', async () => {
    const abilities = await Promise.all(vendorAccounts.map(abilitiesOf));
    const rows = Object.keys(abilities[0] ?? {});
    const made = rows.map((row) => `| ${[row, ...abilities.map((vendor) => vendor[row])].join(' | ')} |`);
    expect(table.slice(2)).toEqual(made);
  });
});

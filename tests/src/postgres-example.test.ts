import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { blocksOf } from './document-blocks.js';
import { root } from './repository.js';

const url = await findPostgres();
const database = 'polysms_readme';
/** Inside the workspace, so that imports find the packages. */
const folder = join(root, 'tests/.generated-postgres');

describe.skipIf(skipWithoutPostgres(url))('the example in the README of store-postgres', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs as it is over an empty database, and the rights that it names are enough', async () => {
    const blocks = blocksOf('packages/store-postgres/README.md');
    const example = blocks.find(({ language }) => language === 'ts')?.text ?? '';
    const grants = blocks.find(({ language }) => language === 'sql')?.text ?? '';
    const admin = new Pool({ connectionString: url ?? '' });
    await admin.query(`drop database if exists ${database}`);
    await admin.query(`create database ${database}`);
    const own = Object.assign(new URL(url ?? ''), { pathname: `/${database}` }).href;
    vi.stubEnv('POSTGRES_URL', own);
    vi.stubEnv('POLYSMS_PEPPER', 'the pepper of an example, long enough');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'example.ts');
    writeFileSync(file, `${example}\nexport {};\n`);
    await import(/* @vite-ignore */ file);

    const pool = new Pool({ connectionString: own });
    await pool.query(`create role ${database}; ${grants.replaceAll('to app', `to ${database}`)}`);
    const { rows } = await pool.query('select version from polysms.migrations order by version');
    expect(rows).toEqual([1, 2, 3, 4, 5].map((version) => ({ version })));
    await pool.query(`drop owned by ${database}; drop role ${database}`);
    await pool.end();
    await admin.query(`drop database ${database}`);
    await admin.end();
  });
});

import { describeSmsStores } from '@polysms/conformance';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openDatabase, type TestDatabase } from './database.test.fixture.js';
import { postgresStores } from './postgres-stores.js';

const url = await findPostgres();
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';

const test = {
  describe,
  /** The long suite plays all random sequences, the short one the first fifty of each kind. */
  it(title: string, body: () => Promise<void>) {
    if (isLong || !/ random sequences (?!1 to )/.test(title)) it(title, body);
  },
};

describe.skipIf(skipWithoutPostgres(url))('the stores over one server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase(url ?? '');
  });
  afterAll(() => database.close());
  describeSmsStores({
    name: 'store-postgres',
    test,
    create: () => {
      // A clock that moves by hand. It starts where clocks are now, so that times have as many digits.
      let ms = Date.UTC(2026, 0, 1);
      return {
        stores: postgresStores({ client: database.pool, schema: database.schema, now: () => ms }),
        advance: (byMs) => {
          ms += byMs;
        },
        close: () => undefined,
      };
    },
  });
});

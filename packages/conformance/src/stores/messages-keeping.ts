import type { MessageStore } from '@polysms/core/stores';
import { add, attempts, claimOf, dayMs, demandRecord, minuteMs, recordOf, settled } from './messages-records.js';
import type { StoreSuite } from './store-suite.js';

/** `MessageStore.add`, `read` and `replace`, without keys. */
export const messagesKeeping: StoreSuite<MessageStore> = ({ test }) => {
  test('says whether it is shared between processes', async (bench) => {
    bench.demandAnswer(typeof bench.store.isShared, 'boolean', 'the type of isShared');
  });

  test('keeps a record as JSON has it, with every character and every number', async (bench) => {
    const record = await add(
      bench,
      recordOf(bench, 'a', { attempts, purpose: 'lo\u0000gin', settled: undefined, dueAt: 12.5 }),
    );
    for (let time = 0; time < 2; time += 1) await demandRecord(bench, record.id, record, 'that was added');
    await demandRecord(bench, `${record.id}b`, undefined, 'that was not added');
  });

  test('adds a record again that it was asked to add before', async (bench) => {
    for (let time = 0; time < 2; time += 1) await add(bench, recordOf(bench, 'a'));
    await demandRecord(bench, recordOf(bench, 'a').id, recordOf(bench, 'a'), 'that was added twice');
  });

  test('replaces a record by the next revision, and again by an equal one', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'));
    for (let time = 0; time < 2; time += 1) {
      bench.demandAnswer(await bench.store.replace(settled(record)), { state: 'replaced' }, 'the next revision');
    }
    await demandRecord(bench, record.id, settled(record), 'that was replaced');
    const third = settled(settled(record), { attempts: [] });
    bench.demandAnswer(await bench.store.replace(third), { state: 'replaced' }, 'the one after it');
    await demandRecord(bench, record.id, third, 'that was replaced twice');
  });

  test('replaces by no other revision, and says what is there', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'));
    const current = settled(record);
    await bench.store.replace(current);
    const outdated = { state: 'outdated', current: JSON.parse(JSON.stringify(current)) };
    for (const revision of [1, 2, 4, 12]) {
      const other = { ...current, revision, attempts: [] };
      bench.demandAnswer(await bench.store.replace(other), outdated, `revision ${revision} after the second`);
    }
    await demandRecord(bench, record.id, current, 'that was not replaced');
    const stranger = recordOf(bench, 'stranger', { revision: 2 });
    const none = { state: 'outdated', current: undefined };
    bench.demandAnswer(await bench.store.replace(stranger), none, 'a replacement of nothing');
    await demandRecord(bench, stranger.id, undefined, 'that never was');
  });

  test('forgets a record at the end of its lifetime, which no replacement makes longer', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'), undefined, minuteMs);
    await bench.advance(minuteMs / 2);
    await bench.store.replace(settled(record));
    await bench.advanceAlmost(minuteMs / 2);
    await demandRecord(bench, record.id, settled(record), 'just before its end');
    await bench.advanceToEnd();
    await demandRecord(bench, record.id, undefined, 'at its end');
    const third = settled(settled(record));
    bench.demandAnswer(
      await bench.store.replace(third),
      { state: 'outdated', current: undefined },
      'a late replacement',
    );
  });

  test('keeps a record at least as long as its key: whoever finds the key taken is to find the record', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'), claimOf(bench, { ttlMs: 2 * dayMs }), minuteMs);
    await bench.advanceAlmost(2 * dayMs);
    await demandRecord(bench, record.id, record, 'just before the end of its key');
  });
};

import type { MessageRecord, MessageStore } from '@polysms/core/stores';
import {
  add,
  claimAllOfOthers,
  claimOf,
  dayMs,
  minuteMs,
  newPhone,
  recordOf,
  settled,
  startedAt,
} from './messages-records.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';

const leaseMs = 10 * minuteMs;
const at = (minutes: number) => startedAt + minutes * minuteMs;

async function demandDue(
  bench: StoreBench<MessageStore>,
  minutes: number,
  expected: readonly MessageRecord[],
  when: string,
  limit = 100,
): Promise<void> {
  const ids = await bench.store.claimDue(at(minutes), limit, leaseMs);
  const expectedIds = expected.map(({ id }) => id);
  bench.demandAnswer(ids, expectedIds, `what is due ${when}`);
}

/** `MessageStore.claimDue`. */
export const messagesDue: StoreSuite<MessageStore> = ({ test: define }) => {
  const test: typeof define = (rule, body) =>
    define(rule, async (bench) => {
      await claimAllOfOthers(bench);
      await body(bench);
    });
  const due = async (bench: StoreBench<MessageStore>, name: string, minutes: number | undefined) =>
    add(bench, recordOf(bench, name, { dueAt: minutes === undefined ? undefined : at(minutes) }));

  test('gives what is due, those that wait longest first, and no more than it is asked for', async (bench) => {
    const [c, a, d, b] = [
      await due(bench, 'c', 3),
      await due(bench, 'a', 1),
      await due(bench, 'd', 4),
      await due(bench, 'b', 2),
    ];
    await due(bench, 'later', 100);
    await due(bench, 'never', undefined);
    await demandDue(bench, 0, [], 'before anything is');
    await demandDue(bench, 5, [a, b, c], 'of which three are asked for', 3);
    await demandDue(bench, 5, [d], 'then');
    await demandDue(bench, 5, [], 'when all are given');
  });

  test('gives to nobody else what it gave, until the end of the lease', async (bench) => {
    const record = await due(bench, 'a', 1);
    await demandDue(bench, 2, [record], 'at first');
    await demandDue(bench, 11.9, [], 'just before the end of the lease');
    await demandDue(bench, 12.1, [record], 'after the lease');
  });

  test('follows the record: what is replaced is due when the new one says', async (bench) => {
    const records = [
      await due(bench, 'later', 1),
      await due(bench, 'sooner', 50),
      await due(bench, 'never', 1),
      await due(bench, 'at last', undefined),
    ] as const;
    const minutes = [30, 20, undefined, 40];
    for (const [index, record] of records.entries()) {
      const dueAt = minutes[index] === undefined ? undefined : at(minutes[index]);
      await bench.store.replace(settled(record, { dueAt }));
    }
    const [later, sooner, , atLast] = records;
    await demandDue(bench, 19, [], 'before any new time');
    await demandDue(bench, 45, [sooner, later, atLast], 'after all new times');
  });

  test('ends a lease when the record is replaced by one with another time', async (bench) => {
    const record = await due(bench, 'a', 1);
    await demandDue(bench, 2, [record], 'at first');
    await bench.store.replace(settled(record, { dueAt: at(4) }));
    await demandDue(bench, 3, [], 'before the new time');
    await demandDue(bench, 5, [record], 'after the new time, in the old lease');
    await bench.store.replace(settled(settled(record), { dueAt: undefined }));
    await demandDue(bench, 100, [], 'when there is nothing to ask');
  });

  test('keeps a lease when the record is replaced by one with the same time', async (bench) => {
    const record = await due(bench, 'a', 1);
    await demandDue(bench, 2, [record], 'at first');
    await bench.store.replace(settled(record));
    await demandDue(bench, 11.9, [], 'just before the end of the lease');
    await demandDue(bench, 12.1, [record], 'after the lease');
  });

  test('follows no replacement that was refused', async (bench) => {
    const [sooner, later, never] = [
      await due(bench, 'sooner', 10),
      await due(bench, 'later', 20),
      await due(bench, 'never', 30),
    ];
    await bench.store.replace({ ...sooner, revision: 7, dueAt: at(1) });
    await bench.store.replace({ ...later, revision: 7, dueAt: at(100) });
    await bench.store.replace({ ...never, revision: 7, dueAt: undefined });
    await demandDue(bench, 5, [], 'before any of the times that count');
    await demandDue(bench, 40, [sooner, later, never], 'after them');
  });

  test('gives nothing that is gone: expired, forgotten, or without its key', async (bench) => {
    const dueAt = at(1);
    const expired = await add(bench, recordOf(bench, 'expired', { dueAt }), undefined, minuteMs);
    const forgotten = await add(bench, recordOf(bench, 'forgotten', { dueAt, to: newPhone() }));
    const holder = await add(bench, recordOf(bench, 'holder', { dueAt }), claimOf(bench));
    await bench.store.add(recordOf(bench, 'loser', { dueAt }), dayMs, claimOf(bench));
    await bench.store.forget(forgotten.to);
    await bench.advance(minuteMs);
    await demandDue(bench, 2, [holder], 'when the rest is gone', 2);
    bench.demandAnswer(await bench.store.read(expired.id), undefined, 'reading an expired record');
  });

  test('gives each message to one of several callers at once', async (bench) => {
    const records = [];
    for (let index = 0; index < 40; index += 1) records.push(await due(bench, `m${index}`, index / 60));
    const claims = Array.from({ length: 10 }, async () => bench.store.claimDue(at(2), 6, leaseMs));
    const ids = (await Promise.all(claims)).flat();
    while (ids.length < 100) {
      const more = await bench.store.claimDue(at(2), 6, leaseMs);
      if (more.length === 0) break;
      ids.push(...more);
    }
    const expected = records.map(({ id }) => id).sort();
    bench.demandAnswer(ids.toSorted(), expected, 'what all callers have got');
  });
};

import type { MessageStore } from '@polysms/core/stores';
import { add, claimOf, dayMs, demandRecord, recordOf, settled } from './messages-records.js';
import type { StoreSuite } from './store-suite.js';

const fifty = Array.from({ length: 50 }, (_, index) => index);

/** Operations of a `MessageStore` by many at once. */
export const messagesConcurrency: StoreSuite<MessageStore> = ({ test }) => {
  test('gives a key to exactly one of 50 messages at once', async (bench) => {
    const records = fifty.map((index) => recordOf(bench, `m${index}`));
    const adding = records.map(async (record) => bench.store.add(record, dayMs, claimOf(bench)));
    const answers = await Promise.all(adding);
    bench.demandCount(answers, { state: 'added' }, 1, '50 claims at once');
    const winner = records[answers.findIndex(({ state }) => state === 'added')];
    for (const [index, record] of records.entries()) {
      if (record !== winner) {
        bench.demandAnswer(answers[index], { state: 'held', id: winner?.id, record: winner }, 'a claim that came late');
      }
      await demandRecord(bench, record.id, record === winner ? record : undefined, 'after 50 claims at once');
    }
  });

  test('lets exactly one of 50 messages at once replace another', async (bench) => {
    const first = await add(bench, recordOf(bench, 'first'), claimOf(bench));
    const claim = claimOf(bench, { replaces: first.id });
    const adding = fifty.map(async (index) => bench.store.add(recordOf(bench, `m${index}`), dayMs, claim));
    const answers = await Promise.all(adding);
    bench.demandCount(answers, { state: 'added' }, 1, '50 replacing claims at once');
    bench.demandCount(answers, { state: 'held' }, 49, '50 replacing claims at once');
  });

  test('takes exactly one of 50 replacements at once', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'));
    const replacements = fifty.map((index) => settled(record, { settlesBy: index, dueAt: index }));
    const answers = await Promise.all(replacements.map(async (each) => bench.store.replace(each)));
    bench.demandCount(answers, { state: 'replaced' }, 1, '50 replacements at once');
    const winner = replacements[answers.findIndex(({ state }) => state === 'replaced')];
    await demandRecord(bench, record.id, winner, 'after 50 replacements at once');
    const outdated = { state: 'outdated', current: JSON.parse(JSON.stringify(winner)) };
    for (const [index, each] of replacements.entries()) {
      if (each !== winner) bench.demandAnswer(answers[index], outdated, 'a replacement that came late');
    }
  });

  test('says to exactly one of 50 at once that something is the first', async (bench) => {
    const asking = fifty.map(async () => ({ isFirst: await bench.store.isFirst(`${bench.prefix}w`, dayMs) }));
    bench.demandCount(await Promise.all(asking), { isFirst: true }, 1, '50 questions at once');
  });
};

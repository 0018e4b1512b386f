import type { MessageStore } from '@polysms/core/stores';
import { add, claimOf, dayMs, demandRecord, minuteMs, newPhone, recordOf, settled } from './messages-records.js';
import type { StoreSuite } from './store-suite.js';

/** `MessageStore.forget` and `isFirst`. */
export const messagesForgetting: StoreSuite<MessageStore> = ({ test }) => {
  test('erases all messages of a phone, and says how many there were', async (bench) => {
    const to = newPhone();
    const mine = [
      await add(bench, recordOf(bench, 'a', { to })),
      await add(bench, recordOf(bench, 'b', { to, kind: 'verification' })),
    ];
    await bench.store.replace(settled(recordOf(bench, 'a', { to })));
    await add(bench, recordOf(bench, 'expired', { to }), undefined, minuteMs);
    const other = await add(bench, recordOf(bench, 'other', { to: `${to}1` }));
    await bench.advance(minuteMs);
    bench.demandAnswer(await bench.store.forget(to), 2, 'forgetting a phone');
    for (const { id } of mine) await demandRecord(bench, id, undefined, 'of a phone that was forgotten');
    await demandRecord(bench, other.id, other, 'of another phone');
    bench.demandAnswer(await bench.store.forget(to), 0, 'forgetting it again');
    const late = await add(bench, recordOf(bench, 'late', { to }));
    await demandRecord(bench, late.id, late, 'of the phone, after it was forgotten');
    bench.demandAnswer(await bench.store.forget(to), 1, 'forgetting it after a further message');
  });

  test('keeps the key of a message that is erased: the message is not sent again', async (bench) => {
    const to = newPhone();
    const record = await add(bench, recordOf(bench, 'a', { to }), claimOf(bench));
    await bench.store.forget(to);
    const held = { state: 'held', id: record.id, record: undefined };
    const again = recordOf(bench, 'again', { to });
    bench.demandAnswer(await bench.store.add(again, dayMs, claimOf(bench)), held, 'a second claim of the key');
    const gone = { state: 'outdated', current: undefined };
    bench.demandAnswer(await bench.store.replace(settled(record)), gone, 'a late settlement');
    await demandRecord(bench, record.id, undefined, 'that was erased before its settlement');
  });

  test('counts nothing of a message whose key was taken', async (bench) => {
    const to = newPhone();
    await add(bench, recordOf(bench, 'a'), claimOf(bench));
    await bench.store.add(recordOf(bench, 'loser', { to }), dayMs, claimOf(bench));
    bench.demandAnswer(await bench.store.forget(to), 0, 'forgetting the phone of a message that was never there');
  });

  test('says once that something is the first, until the time is over', async (bench) => {
    for (const what of ['', 'k', 'K', '{k}', '短信', 'k'.repeat(300)].map((each) => `${bench.prefix}${each}`)) {
      bench.demandAnswer(await bench.store.isFirst(what, minuteMs), true, 'whether it is the first');
      bench.demandAnswer(await bench.store.isFirst(what, dayMs), false, 'whether it is the first, again');
    }
    await bench.advanceAlmost(minuteMs);
    bench.demandAnswer(
      await bench.store.isFirst(`${bench.prefix}k`, minuteMs),
      false,
      'whether it is, just before the end',
    );
    await bench.advanceToEnd();
    bench.demandAnswer(await bench.store.isFirst(`${bench.prefix}k`, minuteMs), true, 'whether it is, at the end');
  });
};

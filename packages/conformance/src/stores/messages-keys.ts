import type { MessageRecord, MessageStore } from '@polysms/core/stores';
import { add, attempts, claimOf, dayMs, demandRecord, minuteMs, recordOf, settled } from './messages-records.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';

/** What somebody may use as a key. */
const unusualKeys: readonly (readonly [string, string])[] = [
  ['255 characters', 'k'.repeat(255)],
  ['Chinese', '订单-四十二'],
  ['emoji', '📦👍🏽'],
  ['braces', '{a}{b}'],
  ['an open brace', '{{x'],
  ['empty braces', '{}'],
  ['white space and line ends', ' a\tb\r\nc '],
  ['quotes and slashes', '"q"\'s\'\\/'],
  ['patterns', '*?[a-z]%00'],
  ['names of members', '__proto__'],
  ['a null character', 'a\u0000b'],
];

function heldBy(record: MessageRecord) {
  return { state: 'held', id: record.id, record: JSON.parse(JSON.stringify(record)) };
}

/** Demands that a key is held, and that whoever asked has left nothing. */
async function demandHeld(bench: StoreBench<MessageStore>, by: MessageRecord, key = claimOf(bench).key) {
  const late = recordOf(bench, 'late');
  const answer = await bench.store.add(late, dayMs, claimOf(bench, { key }));
  bench.demandAnswer(answer, heldBy(by), 'a second claim of a key');
  await demandRecord(bench, late.id, undefined, 'whose key was taken');
}

/** `MessageStore.add`, with keys. */
export const messagesKeys: StoreSuite<MessageStore> = ({ test }) => {
  test('gives a key to one message, and its record to others, as it is then', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a', { attempts }), claimOf(bench));
    for (let time = 0; time < 2; time += 1) await demandHeld(bench, record);
    await bench.store.replace(settled(record));
    await demandHeld(bench, settled(record));
  });

  test('says added again to the message that has the key', async (bench) => {
    const record = recordOf(bench, 'a');
    for (let time = 0; time < 2; time += 1) await add(bench, record, claimOf(bench));
    await demandHeld(bench, record);
  });

  test('says conflict for other content, whatever became of the message, and adds nothing', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'), claimOf(bench));
    const other = recordOf(bench, 'other');
    const conflict = { state: 'conflict' };
    for (const replaces of [undefined, record.id]) {
      const claim = claimOf(bench, { fingerprint: 'g', replaces });
      bench.demandAnswer(await bench.store.add(other, dayMs, claim), conflict, 'other content');
      await bench.store.replace(settled(record));
    }
    await demandRecord(bench, other.id, undefined, 'of other content');
    await demandHeld(bench, settled(record));
  });

  test('lets the message be replaced that the claim names, and no other', async (bench) => {
    const [first, second, third] = ['a', 'b', 'c'].map((name) => recordOf(bench, name)) as [
      MessageRecord,
      MessageRecord,
      MessageRecord,
    ];
    await add(bench, first, claimOf(bench));
    const stranger = claimOf(bench, { replaces: third.id });
    bench.demandAnswer(await bench.store.add(second, dayMs, stranger), heldBy(first), 'a claim that names another');
    await add(bench, second, claimOf(bench, { replaces: first.id }));
    await demandHeld(bench, second);
    await demandRecord(bench, first.id, first, 'whose key another message has now');
    const late = claimOf(bench, { replaces: first.id });
    bench.demandAnswer(await bench.store.add(third, dayMs, late), heldBy(second), 'a claim that names the first');
    await add(bench, third, claimOf(bench, { replaces: second.id }));
    await demandHeld(bench, third);
  });

  test('frees a key at the end of its lifetime, not sooner and not later, for any content', async (bench) => {
    const record = await add(bench, recordOf(bench, 'a'), claimOf(bench, { ttlMs: minuteMs }));
    await bench.advance(minuteMs / 2);
    // None of these makes it longer.
    await bench.store.replace(settled(record));
    await bench.store.add(recordOf(bench, 'b'), dayMs, claimOf(bench));
    await bench.store.add(recordOf(bench, 'c'), dayMs, claimOf(bench, { fingerprint: 'g' }));
    await bench.advanceAlmost(minuteMs / 2);
    await demandHeld(bench, settled(record));
    await bench.advanceToEnd();
    await add(bench, recordOf(bench, 'd'), claimOf(bench, { fingerprint: 'g' }));
    await demandRecord(bench, record.id, settled(record), 'whose key has ended');
  });

  test('begins a lifetime anew for whoever replaces', async (bench) => {
    const first = await add(bench, recordOf(bench, 'a'), claimOf(bench, { ttlMs: minuteMs }));
    await bench.advance(minuteMs / 2);
    const second = recordOf(bench, 'b');
    await add(bench, second, claimOf(bench, { ttlMs: minuteMs, replaces: first.id }));
    await bench.advance(minuteMs / 2);
    await demandHeld(bench, second);
  });

  for (const [name, unusual] of unusualKeys) {
    test(`takes keys with ${name}, and tells them from others`, async (bench) => {
      // The key itself may not be longer.
      const key = `${unusual}${bench.prefix}`.slice(-255);
      await add(bench, recordOf(bench, 'other'), claimOf(bench, { key: `${key.slice(0, -1)}_` }));
      const record = await add(bench, recordOf(bench, 'a'), claimOf(bench, { key }));
      await demandHeld(bench, record, key);
      await add(bench, recordOf(bench, 'b'), claimOf(bench, { key: `${bench.prefix}${unusual}`.slice(0, 255) }));
    });
  }

  test('tells keys apart that differ only at the end, in upper case, or in accents written differently', async (bench) => {
    const stem = bench.prefix.padEnd(250, 'k');
    for (const end of ['a', 'b', 'A', 'ab', 'é', 'e\u0301', '']) {
      await add(bench, recordOf(bench, `of ${end}`), claimOf(bench, { key: `${stem}${end}` }));
    }
  });
};

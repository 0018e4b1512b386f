import type { MessageStore } from '@polysms/core/stores';
import { dayMs, minuteMs, reportOf } from './messages-records.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';

async function demandFound(bench: StoreBench<MessageStore>, reference: string, id: string | undefined, when: string) {
  const found = await bench.store.find('mob', reference, reportOf('of a search'), dayMs);
  bench.demandAnswer(found, id, `what a reference means ${when}`);
}

/** `MessageStore.link` and `find`. */
export const messagesReferences: StoreSuite<MessageStore> = ({ test }) => {
  test('finds the message that a reference was linked to; its report does not wait', async (bench) => {
    const reference = `${bench.prefix}r`;
    for (let time = 0; time < 2; time += 1) {
      bench.demandAnswer(await bench.store.link('mob', reference, 'a', dayMs), [], 'a link');
      await demandFound(bench, reference, 'a', 'after the link');
    }
  });

  test('keeps reports that come first, in their order, and gives them to every link', async (bench) => {
    const reference = `${bench.prefix}r`;
    const reports = Array.from({ length: 16 }, (_, index) => reportOf(`"${index}" 短信 📦 {braces} \\ \u2028\u0000`));
    for (const report of reports) {
      bench.demandAnswer(await bench.store.find('mob', reference, report, dayMs), undefined, 'an early search');
    }
    for (let time = 0; time < 2; time += 1) {
      bench.demandAnswer(await bench.store.link('mob', reference, 'a', dayMs), reports, 'a link after reports');
    }
    await demandFound(bench, reference, 'a', 'after reports and a link');
  });

  test('keeps a report that comes again and again once, and loses no other by it', async (bench) => {
    const reference = `${bench.prefix}r`;
    await bench.store.find('mob', reference, reportOf('first'), dayMs);
    for (let time = 0; time < 20; time += 1) await bench.store.find('mob', reference, reportOf('again'), dayMs);
    const expected = [reportOf('first'), reportOf('again')];
    bench.demandAnswer(await bench.store.link('mob', reference, 'a', dayMs), expected, 'a link after repetitions');
  });

  test('gives the reports of one message to no other that has its reference later', async (bench) => {
    const reference = `${bench.prefix}r`;
    await bench.store.find('mob', reference, reportOf('1'), dayMs);
    bench.demandAnswer(await bench.store.link('mob', reference, 'a', dayMs), [reportOf('1')], 'the first link');
    bench.demandAnswer(await bench.store.link('mob', reference, 'b', dayMs), [], 'a link of the next message');
    await demandFound(bench, reference, 'b', 'after the next link');
  });

  test('tells references and providers apart', async (bench) => {
    const references = ['r', 'R', 'rs', '', '{r}', 'é', 'e\u0301', '号', '__proto__', ' r', 'r'.repeat(300)];
    for (const [index, reference] of references.entries()) {
      await bench.store.link('mob', `${bench.prefix}${reference}`, `message ${index}`, dayMs);
    }
    for (const [index, reference] of references.entries()) {
      await demandFound(bench, `${bench.prefix}${reference}`, `message ${index}`, `among others: ${reference}`);
    }
    await bench.store.link('mob:x', `${bench.prefix}y`, 'of mob:x', dayMs);
    const other = await bench.store.find('mob', `x:${bench.prefix}y`, reportOf('1'), dayMs);
    bench.demandAnswer(other, undefined, 'what it means to a provider whose name is shorter');
    const stranger = await bench.store.find('other', `${bench.prefix}r`, reportOf('1'), dayMs);
    bench.demandAnswer(stranger, undefined, 'what it means to another provider');
  });

  test('forgets a link at the end of its lifetime, not sooner and not later', async (bench) => {
    const reference = `${bench.prefix}r`;
    await bench.store.link('mob', reference, 'a', minuteMs);
    await bench.advanceAlmost(minuteMs);
    await demandFound(bench, reference, 'a', 'just before the end');
    await bench.advanceToEnd();
    await demandFound(bench, reference, undefined, 'at the end');
  });

  test('forgets a report that nobody has asked for', async (bench) => {
    const [shorter, longer] = [`${bench.prefix}shorter`, `${bench.prefix}longer`];
    for (const reference of [shorter, longer]) await bench.store.find('mob', reference, reportOf('1'), minuteMs);
    await bench.advanceAlmost(minuteMs);
    bench.demandAnswer(
      await bench.store.link('mob', longer, 'a', dayMs),
      [reportOf('1')],
      'a link just before the end',
    );
    await bench.advanceToEnd();
    bench.demandAnswer(await bench.store.link('mob', shorter, 'a', dayMs), [], 'a link after the end of a report');
  });

  test('loses no report, whichever of report and link comes first', async (bench) => {
    const turns = Array.from({ length: 25 }, async (_, index) => {
      const reference = `${bench.prefix}${index}`;
      const finding = async () => bench.store.find('mob', reference, reportOf('1'), dayMs);
      const linking = async () => bench.store.link('mob', reference, 'a', dayMs);
      // Both at once, in both orders.
      const both = index % 2 === 0 ? [finding(), linking()] : [linking(), finding()];
      const answers = await Promise.all(both);
      const [found, linked] = index % 2 === 0 ? answers : answers.toReversed();
      return found === 'a' ? linked?.length === 0 : linked?.length === 1;
    });
    bench.demandAnswer(
      (await Promise.all(turns)).filter((isSeen) => !isSeen).length,
      0,
      'the number of reports that neither a search nor a link has seen, or both',
    );
  });
};

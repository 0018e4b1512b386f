import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { BoxReport } from '../control/contract.js';
import { call, send, startApp, tinyBox } from '../simulator.test.fixture.js';
import { ManualClock } from '../world/clock.js';

const to = '+447700900123';

/** Lets calls that were started come to their end: they are real, and take their time. */
async function settled(box: Awaited<ReturnType<typeof tinyBox>>, check: (reports: readonly BoxReport[]) => boolean) {
  while (!check(box.reports)) await new Promise((resolve) => setImmediate(resolve));
  return box.reports;
}

function statesOf(hits: readonly { readonly body: string }[]): readonly string[] {
  return hits.map(({ body }) => JSON.parse(body).state);
}

test('reports come by themselves, signed, in their order, under the name of the vendor', async () => {
  const clock = new ManualClock();
  const app = await startApp();
  const box = await tinyBox({ clock, reportsTo: `${app.url}/`, reportDelayMs: 1_000 });
  await send(box, { to, text: 'Hello' });
  clock.advance(999);
  expect(app.hits).toEqual([]);
  clock.advance(1);
  await app.hit(1);
  clock.advance(1_000);
  await app.hit(2);
  expect(statesOf(app.hits)).toEqual(['sent', 'delivered']);
  const [hit] = app.hits;
  const signature = createHmac('sha256', 'tiny-secret')
    .update(hit?.body ?? '')
    .digest('hex');
  expect(hit).toMatchObject({ path: '/hooks/tiny', headers: { 'x-tiny-signature': signature } });
  await settled(box, (reports) => reports.every(({ status }) => status === 'taken'));
  expect(await call(box, 'GET /api/messages')).toMatchObject([{ reported: 'delivered' }]);
});

test('a webhook of the message’s own wins, and each vendor may have one', async () => {
  const clock = new ManualClock();
  const [general, own] = [await startApp(), await startApp()];
  const box = await tinyBox({ clock, reportsTo: { tiny: `${general.url}/here` } });
  await send(box, { to, text: 'Hello', webhook: `${own.url}/mine?secret=1` });
  await send(box, { to, text: 'Hello' });
  clock.advance(1_000);
  await Promise.all([general.hit(2), own.hit(2)]);
  expect([general.hits[0]?.path, own.hits[0]?.path]).toEqual(['/hooks/here', '/hooks/mine?secret=1']);
  const reports = await settled(box, (all) => all.every(({ status }) => status === 'taken'));
  expect(reports[0]?.attempts).toMatchObject([{ url: `${own.url}/mine`, status: 200 }]);
});

test('what the app does not take is repeated as the vendor repeats, and then given up', async () => {
  const clock = new ManualClock();
  const app = await startApp([503, 500, 404]);
  const box = await tinyBox({ clock, reportsTo: app.url });
  box.configureReports({ mode: 'held' });
  await send(box, { to, text: 'Hello' });
  const released = await call(box, 'POST /api/reports/2/release');
  expect(released).toMatchObject({ state: 'delivered', status: 'scheduled', attempts: [{ status: 503 }] });
  clock.advance(60_000);
  await settled(box, (reports) => reports[1]?.attempts.length === 2);
  clock.advance(299_999);
  expect(app.hits).toHaveLength(2);
  clock.advance(1);
  const [, report] = await settled(box, (reports) => reports[1]?.attempts.length === 3);
  expect(report).toMatchObject({ status: 'refused', attempts: [{ status: 503 }, { status: 500 }, { status: 404 }] });
});

test('a report that is held back is told when somebody releases it, once', async () => {
  const app = await startApp();
  const box = await tinyBox({ reportsTo: app.url });
  await call(box, 'POST /api/reports/settings', { mode: 'held' });
  await send(box, { to, text: 'Hello' });
  expect(await call(box, 'GET /api/reports')).toMatchObject({
    settings: { mode: 'held', reportsTo: app.url },
    reports: [{ status: 'held' }, { status: 'held' }],
  });
  expect(await call(box, 'POST /api/reports/1/release')).toMatchObject({ state: 'sent', status: 'taken' });
  expect(await call(box, 'POST /api/reports/1/release')).toMatchObject({ status: 'taken', attempts: [{}] });
  expect(app.hits).toHaveLength(1);
});

test('anybody can report anything of a message', async () => {
  const app = await startApp();
  const box = await tinyBox({ reportsTo: app.url, clock: new ManualClock() });
  await send(box, { to, text: 'Hello' });
  const report = { state: 'undelivered', reason: 'unreachable', providerCode: '7' };
  expect(await call(box, 'POST /api/messages/1/reports', report)).toMatchObject({ ...report, status: 'taken' });
  expect(statesOf(app.hits)).toEqual(['undelivered']);
  expect(await call(box, 'POST /api/messages/1/reports', { state: 'gone' })).toEqual({
    error: expect.stringContaining('state: must be one of delivered, undelivered'),
  });
});

test('without a webhook, and without an app behind it, a report says so', async () => {
  const clock = new ManualClock();
  const box = await tinyBox({ clock });
  await send(box, { to, text: 'Hello' });
  expect(await call(box, 'POST /api/reports/1/release')).toMatchObject({
    status: 'lost',
    problem: 'There is no webhook: set reportsTo, or let the app name one with its message.',
  });
  box.configureReports({ reportsTo: 'http://127.0.0.1:1' });
  expect(await call(box, 'POST /api/reports/2/release')).toMatchObject({
    status: 'scheduled',
    attempts: [{ url: 'http://127.0.0.1:1/tiny', status: 'none' }],
  });
});

test.each([
  [{ kind: 'report-lost' }, []],
  [
    { kind: 'report-twice' },
    [
      ['sent', 'sent'],
      ['delivered', 'delivered'],
    ],
  ],
  [{ kind: 'reports-reversed' }, [['delivered'], ['sent']]],
  [{ kind: 'report-contradicted' }, [['sent'], ['delivered'], ['undelivered']]],
] as const)('%j has its way', async (fault, toldEachTime) => {
  const clock = new ManualClock();
  const app = await startApp();
  const box = await tinyBox({ clock, reportsTo: app.url });
  box.fail(fault);
  await send(box, { to, text: 'Hello' });
  for (const [index] of toldEachTime.entries()) {
    clock.advance(500);
    await app.hit(toldEachTime.slice(0, index + 1).flat().length);
  }
  clock.advance(10_000);
  expect(statesOf(app.hits)).toEqual(toldEachTime.flat());
  await settled(box, (reports) => reports.every(({ status }) => status === 'taken' || status === 'lost'));
  // The next message is spared.
  await send(box, { to, text: 'Hello' });
  expect(box.reports.at(-1)?.fault).toBeUndefined();
});

test('a late report comes late', async () => {
  const clock = new ManualClock();
  const app = await startApp();
  const box = await tinyBox({ clock, reportsTo: app.url });
  box.fail({ kind: 'report-late', delayMs: 60_000 });
  await send(box, { to, text: 'Hello' });
  clock.advance(60_499);
  expect(app.hits).toEqual([]);
  clock.advance(1);
  await app.hit(1);
  expect(statesOf(app.hits)).toEqual(['sent']);
});

test('a reply is handed on as the vendor does, and repeated', async () => {
  const clock = new ManualClock();
  const app = await startApp([500]);
  const box = await tinyBox({ clock, reportsTo: app.url });
  box.configureReports({ mode: 'held' });
  await send(box, { to, text: 'Hello' });
  expect(await box.reply(to, 'STOP')).toMatchObject({ status: 'scheduled', attempts: [{ status: 500 }] });
  clock.advance(60_000);
  await app.hit(2);
  expect(app.hits.map(({ body }) => JSON.parse(body))).toEqual([
    { from: to, text: 'STOP' },
    { from: to, text: 'STOP' },
  ]);
});

test('after a reset nothing of before is told', async () => {
  const clock = new ManualClock();
  const app = await startApp();
  const box = await tinyBox({ clock, reportsTo: app.url });
  await send(box, { to, text: 'Hello' });
  box.reset();
  clock.advance(10_000);
  await send(box, { to, text: 'Hello' });
  clock.advance(1_000);
  await app.hit(2);
  expect(box.reports.map(({ id }) => id)).toEqual(['1', '2']);
});

import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { BoxReport } from '../control/contract.js';
import type { Dialect, PhoneReport, Reporting } from '../dialect.js';
import { call, send, startApp, tinyBox } from '../simulator.test.fixture.js';
import { tinyDialect } from '../tiny-dialect.test.fixture.js';
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
    problem: 'No webhook: set reportsTo.',
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

test('a vendor that tells several things in one call does so for what falls due at one moment', async () => {
  const app = await startApp([500]);
  const clock = new ManualClock();
  const dialect: Dialect = {
    ...tinyDialect,
    open: (world) => {
      const open = tinyDialect.open(world);
      const write = (whats: readonly PhoneReport[]) => {
        const body = JSON.stringify(whats.map(({ message, state }) => `${message.id} ${state}`));
        return { method: 'POST', headers: {}, body } as const;
      };
      const reports: Reporting = {
        via: 'webhook',
        states: ['delivered'],
        repeatsAfterMs: [1_000],
        write: (report) => write([report]),
        together: { most: 3, write },
      };
      return { ...open, reports };
    },
  };
  const box = await tinyBox({ dialects: [dialect], clock, reportsTo: app.url });
  box.configureReports({ mode: 'held' });
  for (let count = 0; count < 5; count += 1) await send(box, { to, text: 'Hello' });
  expect(await call(box, 'POST /api/reports/release')).toMatchObject([
    ...Array.from({ length: 3 }, () => ({ status: 'scheduled', attempts: [{ status: 500 }] })),
    ...Array.from({ length: 2 }, () => ({ status: 'taken', attempts: [{ status: 200 }] })),
  ]);
  clock.advance(1_000);
  await app.hit(3);
  const first = ['1 delivered', '2 delivered', '3 delivered'];
  expect(app.hits.map(({ body }) => JSON.parse(body))).toEqual([first, ['4 delivered', '5 delivered'], first]);
  expect(await call(box, 'POST /api/reports/release')).toEqual([]);
});

test('what two people release at once is told once', async () => {
  const app = await startApp();
  const box = await tinyBox({ reportsTo: app.url });
  box.configureReports({ mode: 'held' });
  await send(box, { to, text: 'Hello' });
  await Promise.all([call(box, 'POST /api/reports/1/release'), call(box, 'POST /api/reports/1/release')]);
  expect(app.hits).toHaveLength(1);
});

test('a message that the vendor took and no phone got is reported as what it is', async () => {
  const app = await startApp();
  const clock = new ManualClock();
  const failing: Dialect = {
    ...tinyDialect,
    open: (world) => ({
      ...tinyDialect.open(world),
      onRequest: (request) => {
        request.deliver({ ...JSON.parse(request.text), failed: { state: 'undelivered', reason: 'unreachable' } });
        return { status: 202, body: '' };
      },
    }),
  };
  const box = await tinyBox({ dialects: [failing], clock, reportsTo: app.url });
  await send(box, { to, text: 'Hello' });
  clock.advance(500);
  await app.hit(1);
  clock.advance(500);
  await app.hit(2);
  expect(statesOf(app.hits)).toEqual(['sent', 'undelivered']);
  expect(await call(box, 'GET /api/messages')).toEqual([]);
  expect(await call(box, 'GET /api/phones')).toEqual([]);
  expect(await call(box, 'GET /api/messages/1')).toMatchObject({ failed: { state: 'undelivered' } });
});

test.each(['onReport', 'write', 'together', 'tell'] as const)(
  'a dialect that fails in %s loses the report, and says why',
  async (place) => {
    const fail = () => {
      throw new Error('no such field');
    };
    const dialect: Dialect = {
      ...tinyDialect,
      open: (world) => {
        const open = tinyDialect.open(world);
        const states = ['delivered'] as const;
        if (place === 'onReport') return { ...open, onReport: fail };
        if (place === 'tell') return { ...open, reports: { via: 'connection', states, tell: fail } };
        const together = place === 'together' ? { together: { most: 2, write: fail } } : {};
        return { ...open, reports: { via: 'webhook', states, write: fail, ...together } };
      },
    };
    const box = await tinyBox({ dialects: [dialect], reportsTo: 'http://127.0.0.1:1', clock: new ManualClock() });
    await send(box, { to, text: 'Hello' });
    const released = await call(box, 'POST /api/reports/1/release');
    expect(released).toMatchObject({ status: 'lost', problem: 'The dialect failed: no such field' });
  },
);

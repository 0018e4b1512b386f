import { expect, test } from 'vitest';
import type { Dialect, MadeCall, MessageContent, WebhookTelling } from '../dialect.js';
import { call, callRaw, send, startApp, tinyBox } from '../simulator.test.fixture.js';
import { tinyDialect } from '../tiny-dialect.test.fixture.js';
import { ManualClock } from '../world/clock.js';

const to = '+447700900123';

/** The tiny vendor, with more in each delivery, and with another way to tell reports. */
function changed(content: Partial<MessageContent>, manner: Partial<WebhookTelling<never>> = {}): Dialect {
  return {
    ...tinyDialect,
    open: (world) => {
      const open = tinyDialect.open(world);
      const { onRequest, reports } = open;
      return {
        ...open,
        ...(reports?.via === 'webhook' && { reports: { ...reports, ...manner } }),
        onRequest: (request) =>
          onRequest?.({ ...request, deliver: (given) => request.deliver({ ...given, ...content }) }) ?? {
            status: 500,
            body: '',
          },
      };
    },
  };
}

test('a message has the states that its vendor told of it, instead of those that it tells of all', async () => {
  const box = await tinyBox({ dialects: [changed({ reportStates: ['queued', 'sent', 'delivered'] })] });
  await send(box, { to, text: 'Hello' });
  expect(box.reports.map(({ state }) => state)).toEqual(['queued', 'sent', 'delivered']);
});

test('one that fails has the states before its end', async () => {
  const failed = { state: 'rejected', providerCode: '30001' } as const;
  const box = await tinyBox({ dialects: [changed({ reportStates: ['queued', 'delivered'], failed })] });
  await send(box, { to, text: 'Hello' });
  expect(box.reports.map(({ state }) => state)).toEqual(['queued', 'rejected']);
});

test('of a message without reports none comes, and none can be asked for', async () => {
  const box = await tinyBox({ dialects: [changed({ reportStates: [] })] });
  box.fail({ kind: 'report-contradicted' });
  await send(box, { to, text: 'Hello' });
  expect(box.reports).toEqual([]);
  expect(await call(box, 'GET /api/faults')).toHaveLength(1);
  const refused = await callRaw(box, 'POST /api/messages/1/reports', { state: 'delivered' });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: 'the report: Tiny SMS sends no reports of this message.' },
  ]);
});

test('a vendor knows to which webhook it has called, how often, and why no answer came', async () => {
  const clock = new ManualClock();
  const app = await startApp([500]);
  const calls: MadeCall[] = [];
  const verdictOn: WebhookTelling<never>['verdictOn'] = (answer, made) => {
    calls.push(made);
    return answer?.status === 200 ? 'taken' : 'again';
  };
  const box = await tinyBox({ clock, dialects: [changed({ reportStates: ['delivered'] }, { verdictOn })] });
  await send(box, { to, text: 'Hello', webhook: `${app.url}/mine#rc=2` });
  clock.advance(500);
  await app.hit(1);
  while (calls.length < 1) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(60_000);
  await app.hit(2);
  const closed = await tinyBox();
  const nobody = `${closed.url}/nobody`;
  await closed.close();
  await send(box, { to, text: 'Hello', webhook: nobody });
  clock.advance(500);
  while (calls.length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual([
    { url: `${app.url}/mine#rc=2`, attempt: 1, failure: undefined },
    { url: `${app.url}/mine#rc=2`, attempt: 2, failure: undefined },
    { url: nobody, attempt: 1, failure: 'not-connected' },
  ]);
});

test.each([
  // Only the call that must fail in time has a short one.
  ['a vendor that does not answer in time has timed out', 'timed-out', 50, { kind: 'hang', when: 'after-reading' }],
  ['a vendor that hangs up was cut off', 'cut-off', 60_000, { kind: 'reset', when: 'after-reading' }],
] as const)('%s', async (_name, expected, timeoutMs, fault) => {
  const failures: unknown[] = [];
  const manner = {
    timeoutMs,
    verdictOn: (_: unknown, { failure }: MadeCall) => {
      failures.push(failure);
      return 'given-up' as const;
    },
  };
  const box = await tinyBox({ reportDelayMs: 0, dialects: [changed({ reportStates: ['delivered'] }, manner)] });
  const app = await tinyBox();
  app.fail(fault);
  await send(box, { to, text: 'Hello', webhook: `${app.urlOf('tiny')}/messages` });
  while (failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(failures).toEqual([expected]);
});

test.each([
  ['http://app:p%40ss%3A@', `Basic ${btoa('app:p@ss:')}`],
  ['http://app@', `Basic ${btoa('app:')}`],
  ['http://100%:x@', `Basic ${btoa('100%:x')}`],
])(
  'the user and the password of a webhook, %s, are sent as Basic, and are not part of the address',
  async (start, authorization) => {
    const app = await startApp();
    const urls: string[] = [];
    const write = (_: unknown, url: string) => {
      urls.push(url);
      return { method: 'POST', headers: {}, body: '{}' } as const;
    };
    const box = await tinyBox({ reportDelayMs: 0, dialects: [changed({ reportStates: ['delivered'] }, { write })] });
    await send(box, { to, text: 'Hello', webhook: `${app.url.replace('http://', start)}?a=b` });
    await app.hit(1);
    expect(app.hits).toMatchObject([{ path: '/hooks?a=b', headers: { authorization } }]);
    expect(urls).toEqual([`${app.url}?a=b`]);
  },
);

test('the name of the vendor is added to the path of a webhook, in front of its query', async () => {
  const app = await startApp();
  const box = await tinyBox({ reportDelayMs: 0, reportsTo: `${app.url}/?token=1#rc=5` });
  await send(box, { to, text: 'Hello' });
  await app.hit(1);
  expect(app.hits[0]?.path).toBe('/hooks/tiny?token=1');
});

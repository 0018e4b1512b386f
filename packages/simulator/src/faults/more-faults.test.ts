import { expect, test } from 'vitest';
import { call, callRaw, send, tinyBox } from '../simulator.test.fixture.js';
import { tinyDialect } from '../tiny-dialect.test.fixture.js';

const hello = { to: '+447700900123', text: 'Hello' };

test('no more faults are switched on than anybody can mean', async () => {
  const box = await tinyBox();
  for (let count = 1; count <= 25_000; count += 1) box.fail({ kind: 'html' });
  expect(() => box.fail({ kind: 'html' })).toThrow('fail(): 25000 faults are switched on already; switch some off');
  const refused = await callRaw(box, 'POST /api/faults', { fault: { kind: 'html' } });
  expect(refused.status).toBe(400);
  await call(box, 'DELETE /api/faults/7');
  box.fail({ kind: 'html' });
});

test('their bodies have a bound together', async () => {
  const box = await tinyBox();
  const body = 'x'.repeat(20 * 1024 * 1024);
  const { id } = box.fail({ kind: 'http', httpStatus: 200, body });
  expect(() => box.fail({ kind: 'http', httpStatus: 200, body })).toThrow(
    'fail(): fault.body: the bodies of all faults may have 32 MiB together',
  );
  await call(box, `DELETE /api/faults/${id}`);
  box.fail({ kind: 'http', httpStatus: 200, body });
});

test('another answer has headers of its own', async () => {
  const box = await tinyBox();
  const headers = { 'Retry-After': '3', 'x-amzn-errortype': 'ThrottlingException' };
  expect(box.fail({ kind: 'http', httpStatus: 429, headers }).fault).toEqual({
    kind: 'http',
    httpStatus: 429,
    headers,
  });
  const answer = await send(box, hello);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
  expect(answer.headers.get('x-amzn-errortype')).toBe('ThrottlingException');
});

test.each([
  [{ 'bad name': 'x' }, 'fault.headers: must be an object of headers'],
  [{ good: 'a\nb' }, 'must be the value of a header, in ASCII'],
  [{ 'Content-Length': '3' }, 'fault.headers: must be an object of headers'],
  [{ 'transfer-encoding': 'chunked' }, 'fault.headers: must be an object of headers'],
  [JSON.parse('{"__proto__":"x"}'), 'fault.headers: must be an object of headers'],
])('the headers %j are refused', async (headers, words) => {
  const box = await tinyBox();
  const refused = await callRaw(box, 'POST /api/faults', { fault: { kind: 'http', httpStatus: 200, headers } });
  expect([refused.status, await refused.json()]).toEqual([400, { error: expect.stringContaining(words) }]);
});

test('an endpoint can be told by a header or the query, where a vendor has one path for all', async () => {
  const box = await tinyBox({
    dialects: [
      {
        ...tinyDialect,
        endpoints: ['SendSms', 'Query'],
        open: (world) => ({
          ...tinyDialect.open(world),
          endpointAt: (_path, { headers, query, method }) =>
            headers['x-action']?.toString() ?? new URLSearchParams(query).get('Action') ?? method,
        }),
      },
    ],
  });
  box.fail({ kind: 'html' }, { endpoint: 'Query', times: 2 });
  const post = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${box.urlOf('tiny')}/messages${query}`, { method: 'POST', headers, body: JSON.stringify(hello) });
  expect((await post('', { 'x-action': 'SendSms' })).status).toBe(202);
  expect((await post('', { 'x-action': 'Query' })).status).toBe(502);
  expect((await post('?Action=Query')).status).toBe(502);
});

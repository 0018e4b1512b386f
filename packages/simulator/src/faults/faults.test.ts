import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { Simulator } from '../simulator.js';
import { call, send, tinyBox } from '../simulator.test.fixture.js';

const hello = { to: '+447700900123', text: 'Hello' };

/** How a send ends: its HTTP status, or `cut off`. */
async function ending(box: Simulator): Promise<number | 'cut off'> {
  try {
    const response = await send(box, hello);
    await response.text();
    return response.status;
  } catch {
    return 'cut off';
  }
}

async function endings(box: Simulator, count: number): Promise<readonly (number | 'cut off')[]> {
  const all: (number | 'cut off')[] = [];
  for (let done = 0; done < count; done += 1) all.push(await ending(box));
  return all;
}

test.each([
  [{ kind: 'drop', when: 'after-processing' }, 'cut off', 1],
  [{ kind: 'reset', when: 'before-reading' }, 'cut off', 0],
  [{ kind: 'reset', when: 'while-answering' }, 'cut off', 1],
  [{ kind: 'drop', when: 'on-connect' }, 'cut off', 0],
  [{ kind: 'http', httpStatus: 503 }, 503, 0],
  [{ kind: 'html' }, 502, 0],
  [{ kind: 'html', httpStatus: 200, processed: true }, 200, 1],
  [{ kind: 'truncated' }, 202, 1],
  [{ kind: 'content-type', contentType: 'text/html' }, 202, 1],
  [{ kind: 'answer', name: 'stopped' }, 400, 0],
  [{ kind: 'rate-limit' }, 429, 0],
  [{ kind: 'balance' }, 400, 0],
] as const)('%j hits one request, and the wire says so', async (fault, ended, messages) => {
  const box = await tinyBox();
  box.fail(fault);
  expect(await ending(box)).toBe(ended);
  expect(box.messages).toHaveLength(messages);
  const isOnWire = !('when' in fault && fault.when === 'on-connect');
  const status = ended === 'cut off' ? 'none' : ended;
  if (isOnWire) expect(box.requests).toMatchObject([{ fault: fault.kind, processed: messages === 1, status }]);
  expect(await ending(box)).toBe(202);
  expect(await call(box, 'GET /api/faults')).toEqual([]);
});

test('half a body is whole for HTTP and broken for a parser', async () => {
  const box = await tinyBox();
  box.fail({ kind: 'truncated' });
  const text = await (await send(box, hello)).text();
  expect(text).toMatch(/^\{"id/);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

test('a vendor’s own answer is given as the vendor gives it', async () => {
  const box = await tinyBox();
  const entry = await call(box, 'POST /api/faults', { vendor: 'tiny', fault: { kind: 'answer', name: 'stopped' } });
  expect(entry).toEqual({ id: '1', vendor: 'tiny', fault: { kind: 'answer', name: 'stopped' }, when: {}, left: 1 });
  expect(await (await send(box, hello)).json()).toEqual({ error: 'stopped' });
  expect(box.requests).toMatchObject([{ answerName: 'stopped', answer: '{"error":"stopped"}' }]);
});

test('a share of all requests is hit as the seed’s dice fall, without an end', async () => {
  const box = await tinyBox({ seed: 7 });
  box.fail({ kind: 'http', httpStatus: 503 }, { probability: 0.3 });
  const first = await endings(box, 60);
  const hits = first.filter((status) => status === 503).length;
  expect(hits).toBeGreaterThan(5);
  expect(hits).toBeLessThan(35);
  box.reset();
  box.fail({ kind: 'http', httpStatus: 503 }, { probability: 0.3 });
  expect(await endings(box, 60)).toEqual(first);
});

test('a request that the dice spare is seen by the fault behind', async () => {
  const box = await tinyBox({ seed: 7 });
  box.fail({ kind: 'http', httpStatus: 503 }, { probability: 0.000_001 });
  box.fail({ kind: 'http', httpStatus: 500 }, { after: 1 });
  expect(await endings(box, 3)).toEqual([202, 500, 202]);
});

test('one fault is switched off, or all are', async () => {
  const box = await tinyBox();
  for (const httpStatus of [501, 502, 503]) box.fail({ kind: 'http', httpStatus }, { times: Number.POSITIVE_INFINITY });
  expect(await call(box, 'DELETE /api/faults/1')).toEqual({ ok: true });
  expect(await call(box, 'DELETE /api/faults/1')).toEqual({ error: 'There is no fault with this id.' });
  expect(await call(box, 'GET /api/faults')).toMatchObject([
    { id: '2', left: null, when: { times: 'Infinity' } },
    { id: '3' },
  ]);
  expect(await ending(box)).toBe(502);
  expect(await call(box, 'DELETE /api/faults')).toEqual({ ok: true });
  expect(await ending(box)).toBe(202);
});

test('a fault that hangs holds up no end', async () => {
  const box = await tinyBox();
  box.fail({ kind: 'hang', when: 'after-reading' });
  const hanging = ending(box);
  while (box.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await box.close();
  expect(await hanging).toBe('cut off');
});

test('a vendor whose dialect fails looks like a broken server', async () => {
  const box = await tinyBox();
  const response = await fetch(`${box.urlOf('tiny')}/messages`, { method: 'POST', body: 'no JSON' });
  expect([response.status, await response.json()]).toEqual([500, { error: 'The simulator failed.' }]);
  expect(await ending(box)).toBe(202);
  const { port } = new URL(box.urlOf('tiny'));
  const socket = connect(Number(port), '127.0.0.1', () => socket.end('hello\r\n\r\n'));
  await new Promise((resolve) => socket.on('close', resolve).resume());
  expect(await ending(box)).toBe(202);
});

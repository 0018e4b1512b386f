import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { Dialect } from '../dialect.js';
import { call, tinyBox } from '../simulator.test.fixture.js';
import { tinyDialect } from '../tiny-dialect.test.fixture.js';
import { ManualClock } from '../world/clock.js';

/** A vendor that speaks lines: `TO TEXT`, answered `OK REFERENCE`, and reports `REFERENCE STATE`, answered `YES`. */
const lineDialect: Dialect = {
  vendor: 'lines',
  title: 'Lines',
  endpoints: ['send'],
  answers: [],
  open: (world) => {
    const sockets = new Set<Socket>();
    return {
      onSocket: (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        createInterface({ input: socket }).on('line', (line) => {
          if (line === 'YES') return;
          const fault = world.nextFault('send');
          const reference = world.random.digits(4);
          const answer = fault === undefined ? `OK ${reference}` : 'BUSY';
          const [to = '', text = ''] = line.split(/ (.*)/);
          const status = fault === undefined ? 200 : 503;
          const processed = fault === undefined;
          const id = world.recordRequest({ method: 'LINE', path: 'send', body: line, status, answer, processed });
          if (processed) world.phones.deliver({ to, text, reference }, id);
          socket.write(`${answer}\n`);
        });
      },
      answerAs: () => ({ status: 503, body: 'BUSY' }),
      commonAnswer: () => 'BUSY',
      reports: {
        via: 'connection',
        states: ['delivered'],
        repeatsAfterMs: [1_000],
        tell: async ({ message, state }) => {
          const [socket] = sockets;
          socket?.write(`${message.reference} ${state}\n`);
          return socket !== undefined;
        },
      },
      sdkLine: (url) => `lines.connect('${url}')`,
      reset: () => undefined,
    };
  },
};

test('a dialect of its own protocol has phones, faults, the wire, and reports over the app’s connection', async () => {
  const clock = new ManualClock();
  const box = await tinyBox({ dialects: [tinyDialect, lineDialect], clock });
  const { hostname, port, protocol } = new URL(box.urlOf('lines'));
  expect(protocol).toBe('tcp:');
  const socket = connect(Number(port), hostname);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string;
  socket.write('+447700900123 Your code is 2345\n');
  const reference = (await next()).slice(3);
  expect(box.messages).toMatchObject([{ vendor: 'lines', to: '+447700900123', code: '2345', reference }]);
  box.fail({ kind: 'rate-limit' }, { vendor: 'lines' });
  socket.write('+447700900123 Again\n');
  expect(await next()).toBe('BUSY');
  expect(box.requests).toMatchObject([
    { method: 'LINE', messageIds: ['1'], status: 200 },
    { status: 503, processed: false },
  ]);
  clock.advance(500);
  expect(await next()).toBe(`${reference} delivered`);
  socket.destroy();
  await once(socket, 'close');
});

test('what nobody is connected to hear is told again', async () => {
  const clock = new ManualClock();
  const box = await tinyBox({ dialects: [lineDialect], clock });
  const { hostname, port } = new URL(box.urlOf('lines'));
  const send = connect(Number(port), hostname);
  send.write('+447700900123 Hello\n');
  await once(send, 'data');
  send.end();
  await once(send, 'close');
  expect(await call(box, 'POST /api/reports/1/release')).toMatchObject({
    status: 'scheduled',
    attempts: [{ url: '' }],
  });
  const back = connect(Number(port), hostname);
  await once(back, 'connect');
  // The vendor has seen the connection once it has answered on it.
  back.write('+447700900999 Hello\n');
  await once(back, 'data');
  clock.advance(1_000);
  expect(String((await once(back, 'data'))[0])).toContain('delivered');
  back.destroy();
});

test.each(['drop', 'reset'] as const)('%s on-connect ends its connections too', async (kind) => {
  const box = await tinyBox({ dialects: [lineDialect] });
  box.fail({ kind, when: 'on-connect' });
  const { hostname, port } = new URL(box.urlOf('lines'));
  const socket = connect(Number(port), hostname).resume();
  const ended = await new Promise((resolve) => {
    socket.once('end', () => resolve('drop'));
    socket.once('error', () => resolve('reset'));
  });
  expect(ended).toBe(kind);
  socket.destroy();
});

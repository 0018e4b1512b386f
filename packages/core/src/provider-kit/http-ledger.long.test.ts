import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, it } from 'vitest';
import { deadlineAfter } from './deadline.js';
import type { HttpOutcome } from './http-exchange.js';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import { LoopWatch } from './loop-watch.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const sized = (requests: number) => (isLong ? requests : requests / 10);
const seed = Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101);
const fixture = fileURLToPath(new URL('./ledger-server.test.fixture.mjs', import.meta.url));

interface LedgerServer {
  readonly port: number;
  readonly process: ChildProcess;
  close(): Promise<ReadonlySet<number>>;
}

async function startLedgerServer(options: {
  behaviour: 'well' | 'faulty';
  key?: string;
  cert?: string;
  backlog?: number;
}): Promise<LedgerServer> {
  const child = fork(fixture, [JSON.stringify({ ...options, seed })]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    port,
    process: child,
    async close() {
      child.send('close');
      const [{ ledger }] = (await once(child, 'message')) as [{ ledger: number[] }];
      return new Set(ledger);
    },
  };
}

interface Call {
  readonly id: number;
  readonly outcome: HttpOutcome;
  /** How long after its end was due the call settled, less the time in which this process was not run. */
  readonly lateMs: number;
}

/**
 * Sends `requests`, `inFlight` at a time, and ends most of them at a random moment, by deadline, writeBy or abort. Goes on
 * until it has reached what it must: the slower the machine, the later the moments that it takes.
 */
async function storm(
  transport: HttpTransport,
  requests: number,
  inFlight: number,
  longestMs: number,
  hasReached: (calls: readonly Call[]) => boolean = () => true,
): Promise<Call[]> {
  const random = xoroshiro128plus(seed);
  const calls: Call[] = [];
  let next = 0;
  let enough = requests;
  const isOver = () => {
    if (next < enough) return false;
    if (hasReached(calls)) return true;
    enough += requests;
    return false;
  };
  const worker = async () => {
    while (!isOver()) {
      next += 1;
      const latestMs = longestMs * Math.ceil(enough / requests);
      calls.push(await call(transport, next, uniformInt(random, 0, 9), uniformInt(random, 0, latestMs)));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return calls;
}

async function call(transport: HttpTransport, id: number, kind: number, momentMs: number): Promise<Call> {
  const controller = new AbortController();
  const { signal } = controller;
  const byTimer = kind >= 5;
  const byWriteBy = kind >= 8;
  const endMs = byTimer ? momentMs + 1 : 2_000;
  // Until it is due, nothing is late. A plain timer for the same moment takes part of the machine's lateness out.
  let lateMs = () => 0;
  const isDue = () => {
    lateMs = loop.due();
  };
  const reference = setTimeout(isDue, endMs);
  const abort = () => {
    if (!byTimer) isDue();
    controller.abort();
  };
  const end = deadlineAfter(endMs, { signal });
  const pending = transport.request(
    { method: 'POST', path: `/send/${id}`, headers: { 'content-type': 'text/plain' }, body: 'hello' },
    byWriteBy ? { writeBy: end, deadline: deadlineAfter(2_000, { signal }) } : { deadline: end },
  );
  if (kind === 0) abort();
  else if (kind === 1) queueMicrotask(abort);
  else if (kind === 2) setImmediate(abort);
  else if (kind < 5) setTimeout(abort, momentMs);
  const outcome = await pending;
  clearTimeout(reference);
  // Once it is written, writeBy has nothing more to say.
  const isOverdue = !byWriteBy || outcome.outcome === 'not-sent';
  return { id, outcome, lateMs: isOverdue ? lateMs() : 0 };
}

const loop = new LoopWatch();
afterAll(() => loop[Symbol.dispose]());

function expectHonest(calls: readonly Call[], ledger: ReadonlySet<number>) {
  const liars = calls.filter(({ id, outcome }) => outcome.outcome === 'not-sent' && ledger.has(id));
  expect(liars, `seed ${seed}`).toEqual([]);
  const unseen = calls.filter(({ id, outcome }) => outcome.outcome === 'answered' && !ledger.has(id));
  expect(unseen).toEqual([]);
  const late = calls.filter(({ lateMs }) => lateMs > 50);
  expect(late, `seed ${seed}`).toEqual([]);
}

function count(calls: readonly Call[], outcome: HttpOutcome['outcome']): number {
  return calls.filter((each) => each.outcome.outcome === outcome).length;
}

const outcomes = ['answered', 'not-sent', 'unknown'] as const;

/** Whether every phase was reached, and enough requests ended before their answer. */
function reachesAll(requests: number): (calls: readonly Call[]) => boolean {
  return (calls) =>
    outcomes.every((outcome) => count(calls, outcome) > requests / 100) &&
    calls.length - count(calls, 'answered') >= 0.6 * requests;
}

const totals = { requests: 0, 'not-sent': 0, unknown: 0, answered: 0, falseNotSent: 0, latestMs: 0 };

function report(calls: readonly Call[], ledger: ReadonlySet<number>) {
  totals.requests += calls.length;
  for (const { id, outcome, lateMs } of calls) {
    totals[outcome.outcome] += 1;
    if (outcome.outcome === 'not-sent' && ledger.has(id)) totals.falseNotSent += 1;
    totals.latestMs = Math.max(totals.latestMs, Math.round(lateMs));
  }
}

afterAll(() => console.log(`ledger test, seed ${seed}: ${JSON.stringify(totals)}`));

describe('no request that is called not-sent is ever seen by the server', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });

  for (const [name, tls, behaviour, requests] of [
    ['on plain sockets', false, 'well', sized(6_000)],
    ['on TLS sockets', true, 'well', sized(4_000)],
    ['on plain sockets that fail in every way', false, 'faulty', sized(4_000)],
    ['on TLS sockets that fail in every way', true, 'faulty', sized(2_500)],
  ] as const) {
    it(`${name}, with a saturated pool`, async () => {
      const server = await startLedgerServer({ behaviour, ...(tls ? { key, cert } : {}) });
      const transport = createHttpTransport({
        baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`,
        connections: 20,
        ca: cert,
      });
      const calls = await storm(transport, requests, 60, tls ? 120 : 60, reachesAll(requests));
      await transport.close();
      const ledger = await server.close();
      report(calls, ledger);
      expectHonest(calls, ledger);
      // The storm has to reach every phase, or the test proves nothing.
      for (const outcome of outcomes) {
        expect(count(calls, outcome), outcome).toBeGreaterThan(requests / 100);
      }
    });
  }

  it('when the listener never accepts, not even after it wakes up', async () => {
    const server = await startLedgerServer({ behaviour: 'well', backlog: 1 });
    // A stopped process accepts nothing; the kernel completes a few handshakes and then drops the rest.
    server.process.kill('SIGSTOP');
    const transport = createHttpTransport({ baseUrl: `http://127.0.0.1:${server.port}`, connections: 50 });
    const calls = await storm(transport, sized(1_000), 100, 40);
    server.process.kill('SIGCONT');
    await transport.close();
    const ledger = await server.close();
    report(calls, ledger);
    expectHonest(calls, ledger);
    expect(count(calls, 'answered')).toBe(0);
    expect(count(calls, 'not-sent')).toBeGreaterThan(sized(500));
  });

  it('when the TLS handshake stalls', async () => {
    const sockets = new Set<net.Socket>();
    const stalled = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    });
    stalled.listen(0, '127.0.0.1');
    await once(stalled, 'listening');
    const { port } = stalled.address() as net.AddressInfo;
    const transport = createHttpTransport({ baseUrl: `https://127.0.0.1:${port}`, connections: 50, ca: cert });
    const calls = await storm(transport, sized(500), 50, 40);
    await transport.close();
    for (const socket of sockets) socket.destroy();
    stalled.close();
    report(calls, new Set());
    expectHonest(calls, new Set());
    expect(count(calls, 'not-sent')).toBe(sized(500));
    expect(sockets.size).toBeGreaterThan(0);
  });

  it(`over at least ${sized(10_000)} requests that ended before their answer`, () => {
    expect(totals['not-sent'] + totals.unknown).toBeGreaterThanOrEqual(sized(10_000));
    expect(totals.falseNotSent).toBe(0);
  });
});

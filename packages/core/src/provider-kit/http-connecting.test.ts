import { randomUUID } from 'node:crypto';
import dns, { type LookupAddress } from 'node:dns';
import net from 'node:net';
import { setTimeout as afterMs, setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { cleanups, post, serve, serveRaw, transportTo } from './http-transport.test.fixture.js';
import { listenMutely } from './mute-listener.test.fixture.js';

afterEach(() => void vi.restoreAllMocks());

type Callback = (error: Error | null, addresses: readonly LookupAddress[]) => void;

/** The system's resolver, as the test wants it: `answer` is called with the name. */
function resolveBy(answer: (name: string, callback: Callback) => void) {
  const lookup = (name: string, _options: unknown, callback: Callback) => answer(name, callback);
  return vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
}

/** Of its own for each test: a lookup that has no end is the whole process's. */
const nextName = () => `mute-${randomUUID()}.localhost`;

const ipv4 = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }));
const socketsOf = (opened: MockInstance<typeof net.connect>) =>
  opened.mock.results.map(({ value }): net.Socket => value);
const ample = () => deadlineAfter(60_000);

describe('connectTimeoutMs', () => {
  const unresolved = async () => {
    resolveBy(() => {});
    return `http://${nextName()}:9`;
  };
  const unanswered = async () => `http://127.0.0.1:${(await listenMutely('127.0.0.1')).port}`;
  const stalled = async () => (await serveRaw((socket) => socket.resume())).replace('http', 'https');

  it.each([
    ['the name has no address yet', 100, unresolved],
    ['the TCP handshake hangs', 100, unanswered],
    ['the TLS handshake hangs', 100, stalled],
    ['the TLS handshake hangs', 200, stalled],
    ['the TLS handshake hangs', 500, stalled],
    ['the TLS handshake hangs', 1_100, stalled],
  ])('ends connecting when %s: after %d ms, as a timer of Node’s would', async (_name, connectTimeoutMs, start) => {
    const transport = transportTo(await start(), { connectTimeoutMs });
    const settled = vi.fn();
    const sentAt = performance.now();
    const outcome = transport.request(post, { deadline: ample() });
    void outcome.then(() => settled(performance.now() - sentAt));
    // A timer for a moment later that is late itself where the machine is slow.
    await afterMs(connectTimeoutMs + 20);
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(settled).toHaveBeenCalledOnce();
    expect(settled.mock.calls[0]?.[0]).toBeGreaterThanOrEqual(connectTimeoutMs - 1);
    expect(await outcome).toMatchObject({
      outcome: 'not-sent',
      code: 'timeout',
      cause: { code: 'UND_ERR_CONNECT_TIMEOUT' },
    });
  });

  it('leaves nothing open: neither a socket in a handshake nor one that would come later', async () => {
    const sockets = new Set<net.Socket>();
    const url = await serveRaw((socket) => {
      sockets.add(socket.resume());
      socket.once('close', () => sockets.delete(socket));
    });
    const opened = vi.spyOn(net, 'connect');
    const transport = transportTo(url.replace('http', 'https'), { connectTimeoutMs: 50 });
    await transport.request(post, { deadline: ample() });
    expect(socketsOf(opened).map(({ destroyed }) => destroyed)).toEqual([true]);
    await vi.waitUntil(() => sockets.size === 0);
  });
});

describe('a name with several addresses', () => {
  it('is reached by the second when the first refuses', async () => {
    const url = new URL(await serve((_request, response) => response.end('here')));
    resolveBy((_name, callback) => callback(null, ipv4('127.0.0.2', '127.0.0.1')));
    const outcome = await transportTo(`http://two.localhost:${url.port}`).request(post, { deadline: ample() });
    expect(outcome).toMatchObject({ outcome: 'answered', body: 'here' });
  });

  it('is reached by the second when the first drops what it gets', async () => {
    const url = new URL(await serve((_request, response) => response.end('here')));
    await listenMutely('127.0.0.2', Number(url.port));
    resolveBy((_name, callback) => callback(null, ipv4('127.0.0.2', '127.0.0.1')));
    const outcome = await transportTo(`http://two.localhost:${url.port}`).request(post, { deadline: ample() });
    expect(outcome).toMatchObject({ outcome: 'answered', body: 'here' });
  });

  it('is reached by the first when that takes a second to connect, and the second is no way', async () => {
    const first = await listenMutely('127.0.0.2');
    await listenMutely('127.0.0.3', first.port);
    resolveBy((_name, callback) => callback(null, ipv4('127.0.0.2', '127.0.0.3')));
    const opened = vi.spyOn(net, 'connect');
    const outcome = transportTo(`http://two.localhost:${first.port}`).request(post, { deadline: ample() });
    await vi.waitUntil(() => opened.mock.calls.length === 2);
    first.goOn();
    expect(await outcome).toMatchObject({ outcome: 'answered', body: '1' });
  });
});

describe('a name that the system does not answer', () => {
  it('has one lookup under way, over all transports, and keeps no other name from being reached', async () => {
    const url = new URL(await serve((_request, response) => response.end('here')));
    const name = nextName();
    // As a process has them: two threads that do lookups, and a queue before them. The mute name keeps its thread.
    const queue: [string, Callback][] = [];
    const asked: string[] = [];
    let threads = 2;
    const work = () => {
      const [next, answer] = (threads > 0 && queue.shift()) || [];
      if (answer === undefined) return;
      threads -= 1;
      if (next !== name) {
        setImmediate(() => {
          threads += 1;
          answer(null, ipv4('127.0.0.1'));
          work();
        });
      }
      work();
    };
    resolveBy((next, callback) => {
      asked.push(next);
      queue.push([next, callback]);
      work();
    });
    const mute = Array.from({ length: 2 }, () => transportTo(`http://${name}:9`, { connectTimeoutMs: 300 }));
    const backup = transportTo(`http://backup.localhost:${url.port}`);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_each, index) => {
        const first = await mute[index % 2]?.request(post, { deadline: ample() });
        expect(first).toMatchObject({ outcome: 'not-sent', code: 'timeout' });
        return backup.request(post, { deadline: ample() });
      }),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(10).fill('answered'));
    expect(asked.filter((each) => each === name).length).toBe(1);
  });
});

describe('close', () => {
  it('gives up sockets that are still connecting', async () => {
    const url = (await serveRaw((socket) => socket.resume())).replace('http', 'https');
    const opened = vi.spyOn(net, 'connect');
    const transport = transportTo(url, { connectTimeoutMs: 60_000 });
    const caller = new AbortController();
    const outcome = transport.request(post, { deadline: deadlineAfter(60_000, { signal: caller.signal }) });
    await vi.waitUntil(() => opened.mock.calls.length === 1);
    caller.abort();
    expect(await outcome).toMatchObject({ outcome: 'not-sent', code: 'aborted' });
    expect(socketsOf(opened).map(({ destroyed }) => destroyed)).toEqual([false]);
    await transport.close();
    expect(socketsOf(opened).map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

describe('the certificate of the vendor', () => {
  it('is verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const { generate } = await import('selfsigned');
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
    });
    const { createServer } = await import('node:https');
    const server = createServer({ key, cert }, (_request, response) => response.end());
    server.listen(0, '127.0.0.1');
    await vi.waitUntil(() => server.listening);
    cleanups.push(() => server.close());
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      const transport = transportTo(`https://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
      expect(await transport.request(post, { deadline: ample() })).toMatchObject({
        outcome: 'not-sent',
        cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a socket', () => {
  it('is given up in time by a process that was held up before it began to connect', async () => {
    const url = await serve((_request, response) => response.end());
    const transport = transportTo(url, { connectTimeoutMs: 1 });
    const context = { deadline: deadlineAfter(60_000) };
    let now = performance.now();
    // Time passes between any two looks at the clock.
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 5;
      return now;
    });
    expect(await transport.request(post, context)).toMatchObject({
      outcome: 'not-sent',
      code: 'timeout',
      cause: { code: 'UND_ERR_CONNECT_TIMEOUT' },
    });
  });
});

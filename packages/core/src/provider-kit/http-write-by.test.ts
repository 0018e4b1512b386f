import { randomUUID } from 'node:crypto';
import dns from 'node:dns';
import https from 'node:https';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Deadline } from '../contract/deadline.js';
import { deadlineAfter } from './deadline.js';
import { cleanups, listen, post, serve, transportTo } from './http-transport.test.fixture.js';
import { listenMutely } from './mute-listener.test.fixture.js';
import { startable } from './startable-deadline.test.fixture.js';

afterEach(() => void vi.restoreAllMocks());

/** A server where nothing can be written yet. It answers each request with how many it has read. */
interface Held {
  readonly url: string;
  readonly ca?: string;
  /** Resolves when the request has come to where it hangs, as far as that can be seen. */
  readonly hangs?: Promise<void>;
  /** From now on requests can be written. */
  goOn(): void;
}

/** Holds up whatever comes, until it is told to go on. Then nothing is held up any more. */
function barrier() {
  const held: (() => void)[] = [];
  let isOpen = false;
  let reached = () => {};
  const hangs = new Promise<void>((resolve) => {
    reached = resolve;
  });
  return {
    hangs,
    hold(next: () => void) {
      if (isOpen) next();
      else held.push(next);
      reached();
    },
    goOn() {
      isOpen = true;
      for (const next of held.splice(0)) next();
    },
  };
}

const starts = {
  async 'the name has no address yet'(): Promise<Held> {
    let requests = 0;
    const { port } = new URL(await serve((_request, response) => response.end(String(++requests))));
    const { hold, hangs, goOn } = barrier();
    type Callback = (error: null, addresses: readonly dns.LookupAddress[]) => void;
    const lookup = (_name: string, _options: unknown, answer: Callback) =>
      hold(() => answer(null, [{ address: '127.0.0.1', family: 4 }]));
    vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
    return { url: `http://mute-${randomUUID()}.localhost:${port}`, hangs, goOn };
  },

  async 'the TCP handshake hangs'(): Promise<Held> {
    const { port, goOn } = await listenMutely('127.0.0.1');
    return { url: `http://127.0.0.1:${port}`, goOn };
  },

  async 'the TLS handshake hangs'(): Promise<Held> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    let requests = 0;
    const { hold, hangs, goOn } = barrier();
    const SNICallback = (_name: string, answer: (error: null) => void) => hold(() => answer(null));
    const server = https.createServer({ key, cert, SNICallback }, (_request, response) => {
      response.end(String(++requests));
    });
    const port = await listen(server);
    cleanups.push(() => server.close());
    return { url: `https://localhost:${port}`, ca: cert, hangs, goOn };
  },

  async 'it waits for a socket of the pool'(): Promise<Held> {
    // The number that is left out is that of the request which holds the socket.
    let requests = -1;
    const { hold, hangs, goOn } = barrier();
    const url = await serve((_request, response) => {
      requests += 1;
      const answer = () => response.end(String(requests));
      if (requests === 0) hold(answer);
      else answer();
    });
    return { url, hangs, goOn };
  },
};

describe('a request that cannot be written by writeBy', () => {
  it.each(Object.entries(starts))('is not-sent then, and never written, when %s', async (name, start) => {
    const { url, ca, hangs, goOn } = await start();
    const transport = transportTo(url, { connections: 1, ca });
    if (name === 'it waits for a socket of the pool') void transport.request(post, { deadline: deadlineAfter(60_000) });
    const writeBy = startable();
    const outcome = transport.request(post, { deadline: deadlineAfter(60_000), writeBy });
    await hangs;
    writeBy.start(50);
    expect(await outcome).toEqual({
      outcome: 'not-sent',
      code: 'timeout',
      message: 'The request could not be sent in time.',
    });
    // The next one goes over the same socket, after whatever waited for it.
    const next = transport.request(post, { deadline: deadlineAfter(60_000) });
    goOn();
    expect(await next).toMatchObject({ outcome: 'answered', body: '1' });
  });

  it('is not-sent when its moment had passed before, or its caller gives up', async () => {
    const url = await serve((_request, response) => response.end());
    const transport = transportTo(url);
    const ended = { deadline: deadlineAfter(60_000), writeBy: deadlineAfter(0) };
    expect(await transport.request(post, ended)).toMatchObject({ outcome: 'not-sent', code: 'deadline_exceeded' });
    const caller = new AbortController();
    const { signal } = caller;
    const outcome = transport.request(post, {
      deadline: deadlineAfter(60_000, { signal }),
      writeBy: deadlineAfter(50_000, { signal }),
    });
    caller.abort();
    expect(await outcome).toMatchObject({ outcome: 'not-sent', code: 'aborted' });
  });
});

describe('a request that was written by writeBy', () => {
  it('waits for its answer until the deadline', async () => {
    const writeBy = startable();
    const url = await serve((_request, response) => {
      writeBy.start(1);
      writeBy.onEnd(() => setImmediate(() => response.end('late')));
    });
    const outcome = await transportTo(url).request(post, { deadline: deadlineAfter(60_000), writeBy });
    expect(outcome).toMatchObject({ outcome: 'answered', body: 'late' });
  });

  it('is unknown when its deadline ends, or its caller gives up', async () => {
    const url = await serve((request) => ends.get(String(request.url))?.());
    const caller = new AbortController();
    const late = startable();
    const ends = new Map([
      ['/late', () => late.start(1)],
      ['/aborted', () => caller.abort()],
    ]);
    const aborted = deadlineAfter(60_000, { signal: caller.signal });
    const transport = transportTo(url);
    const ask = (path: string, deadline: Deadline, writeBy: Deadline) =>
      transport.request({ ...post, path }, { deadline, writeBy });
    expect(await ask('/late', late, startable())).toMatchObject({ outcome: 'unknown', code: 'timeout' });
    expect(await ask('/aborted', aborted, startable())).toMatchObject({ outcome: 'unknown', code: 'aborted' });
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SmsProvider } from '../contract/sms-provider.js';
import {
  accepted,
  createHttpTransport,
  type HttpTransportOptions,
  notSent,
  outcomeOfHttpStatus,
  refused,
} from '../provider-kit/index.js';
import { createSmsClient } from './sms-client.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A vendor on a socket that takes `max` messages in each window of `windowMs`, and says so in its own words. */
async function startVendor(max: number, windowMs: number) {
  const seen = { taken: [] as string[], refusals: 0, mostInWindow: 0 };
  let window = -1;
  let inWindow = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const now = performance.now();
    const current = Math.floor(now / windowMs);
    if (current !== window) inWindow = 0;
    window = current;
    if (inWindow >= max) {
      seen.refusals += 1;
      response.writeHead(429).end(`${Math.ceil((current + 1) * windowMs - now)}`);
      return;
    }
    inWindow += 1;
    seen.mostInWindow = Math.max(seen.mostInWindow, inWindow);
    seen.taken.push(body);
    response.writeHead(202).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function provider(id: string, options: HttpTransportOptions): SmsProvider {
  const transport = createHttpTransport(options);
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    async send(message, context) {
      if (message.kind !== 'text') return notSent('unsupported_message', 'Texts only.');
      const http = await transport.request({ method: 'POST', path: '/', body: message.text }, context);
      if (http.outcome !== 'answered') return http;
      if (http.status === 202) return accepted(http.body);
      if (http.status === 429) return refused('rate_limited', 'Slow down.', { retryAfterMs: Number(http.body) });
      return outcomeOfHttpStatus(http.status, http.headers);
    },
    close: () => transport.close(),
  };
}

const requests = (count: number, withKeys = false) =>
  Array.from({ length: count }, (_, number) => ({
    to: `+861380013${String(8000 + number)}`,
    text: `${number}`,
    ...(withKeys ? { idempotencyKey: `key-${number}` } : {}),
  }));
const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => Number(a) - Number(b));
const texts = (count: number) => Array.from({ length: count }, (_, number) => `${number}`);

describe('sixty messages to a vendor that refuses more than ten in a window', () => {
  it.each([
    ['', false],
    [' with idempotency keys', true],
  ])('are all accepted, each once%s', async (_name, withKeys) => {
    const { seen, baseUrl } = await startVendor(10, 50);
    const sms = createSmsClient({ providers: [provider('vendor', { baseUrl })] });
    cleanups.push(() => sms.close());
    const accepted: string[] = [];
    let mostWaiting = 0;
    const onProgress = ({ waiting }: { readonly waiting: number }) => {
      mostWaiting = Math.max(mostWaiting, waiting);
    };
    for await (const result of sms.sendMany(requests(60, withKeys), { onProgress })) {
      if (result.status === 'accepted') accepted.push(result.receipt.reference ?? '');
    }
    expect(sorted(accepted)).toEqual(texts(60));
    expect(sorted(seen.taken)).toEqual(texts(60));
    // It waited if it was refused; on a machine that is slow enough it never is.
    expect(mostWaiting > 0).toBe(seen.refusals > 0);
  });

  it('are all accepted by two such vendors, the second of which takes what the first refuses', async () => {
    const [first, second] = [await startVendor(5, 50), await startVendor(5, 50)];
    const sms = createSmsClient({
      providers: [provider('first', { baseUrl: first.baseUrl }), provider('second', { baseUrl: second.baseUrl })],
    });
    cleanups.push(() => sms.close());
    let failures = 0;
    for await (const { status } of sms.sendMany(requests(60))) failures += status === 'failed' ? 1 : 0;
    expect(failures).toBe(0);
    expect(sorted([...first.seen.taken, ...second.seen.taken])).toEqual(texts(60));
  });
});

describe('a provider that keeps to the rate of its vendor', () => {
  it('lets the next provider have what cannot have its turn in time, at once', async () => {
    const { seen, baseUrl } = await startVendor(1_000, 1_000);
    const backup = await startVendor(1_000, 1_000);
    const sms = createSmsClient({
      providers: [provider('slow', { baseUrl, maxPerSecond: 0.001 }), provider('backup', { baseUrl: backup.baseUrl })],
      deadlineMs: 30_000,
    });
    cleanups.push(() => sms.close());
    const receipts = await Promise.all(requests(10).map((request) => sms.send(request)));
    expect(receipts.map((receipt) => receipt.provider)).toEqual(['slow', ...Array(9).fill('backup')]);
    expect(receipts[1]?.attempts[0]).toMatchObject({ outcome: 'not-sent', code: 'rate_limited' });
    expect(seen.taken).toEqual(['0']);
    expect(sms.health()['slow']?.circuit).toBe('closed');
  });
});

import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Deadline } from '../contract/deadline.js';
import { deadlineAfter } from './deadline.js';
import { post, transportTo } from './http-transport.test.fixture.js';
import { startable } from './startable-deadline.test.fixture.js';
import { standStill, startVendorThread } from './vendor-thread.test.fixture.js';

let key = '';
let cert = '';
beforeAll(async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  key = pems.private;
  cert = pems.cert;
});

describe.each(['http', 'https'] as const)('an app that stands still past its deadlines, over %s', (scheme) => {
  const start = async () => {
    const vendor = await startVendorThread(scheme === 'https' ? { key, cert } : {});
    const transport = transportTo(`${scheme}://localhost:${vendor.port}`, scheme === 'https' ? { ca: cert } : {});
    return { vendor, transport };
  };

  it.skipIf(process.platform !== 'linux')('hears the answers that came in time', async () => {
    const { vendor, transport } = await start();
    const deadlines = Array.from({ length: 30 }, startable);
    const outcomes = deadlines.map((deadline) => transport.request(post, { deadline }));
    await vi.waitUntil(() => vendor.count('requests') === 30, { timeout: 20_000 });
    await standStill({
      begin() {
        for (const deadline of deadlines) deadline.start(20);
        vendor.answer();
      },
      until: () => vendor.unread() === 30 && deadlines.every(({ ended }) => ended !== undefined),
    });
    expect((await Promise.all(outcomes)).map(({ outcome }) => outcome)).toEqual(Array(30).fill('answered'));
  });

  it('gives up the answers that did not', async () => {
    const { vendor, transport } = await start();
    const deadline = startable();
    const outcome = transport.request(post, { deadline });
    await vi.waitUntil(() => vendor.count('requests') === 1, { timeout: 20_000 });
    await standStill({ begin: () => deadline.start(20), until: () => deadline.ended !== undefined });
    expect(await outcome).toMatchObject({ outcome: 'unknown', code: 'timeout' });
  });
});

describe.skipIf(process.platform !== 'linux')('an app that stands still while its TLS handshake is answered', () => {
  it.each([
    ['its deadline', (ending: Deadline) => ({ deadline: ending })],
    ['the moment to write by', (ending: Deadline) => ({ writeBy: ending, deadline: deadlineAfter(5_000) })],
  ])('writes nothing when %s is over by then', async (_name, contextOf) => {
    const vendor = await startVendorThread({ key, cert, holdsGreetings: true });
    const transport = transportTo(`https://localhost:${vendor.port}`, { ca: cert });
    const ending = startable();
    const outcome = transport.request(post, contextOf(ending));
    await vi.waitUntil(() => vendor.count('hellos') === 1, { timeout: 20_000 });
    await standStill({
      begin() {
        ending.start(20);
        vendor.greet();
      },
      until: () => vendor.unread() === 1 && ending.ended !== undefined,
    });
    expect(await outcome).toMatchObject({ outcome: 'not-sent' });
    await transport.close();
    await vi.waitUntil(() => vendor.count('closed') === 1, { timeout: 20_000 });
    expect(vendor.count('bytes')).toBe(0);
  });
});

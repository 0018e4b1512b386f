import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listening, publicUrl, signature, webhooksOver } from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
afterEach(() => warned.mockClear());

const url = `${publicUrl}/acme`;
const cap = 4096;

/** A request whose body comes in chunks, as it is read. */
function streamed(
  chunks: Iterable<unknown>,
  headers: Record<string, string> = {},
  end: 'close' | 'stall' | 'error' = 'close',
) {
  const iterator = chunks[Symbol.iterator]();
  const seen = { pulled: 0, cancelled: false };
  const body = new ReadableStream(
    {
      pull(controller) {
        const { done, value } = iterator.next();
        if (done !== true) {
          seen.pulled += 1;
          controller.enqueue(value);
        } else if (end === 'error') controller.error(new Error('canary'));
        else if (end === 'close') controller.close();
        return end === 'stall' && done === true ? new Promise<void>(() => {}) : undefined;
      },
      cancel() {
        seen.cancelled = true;
        throw new Error('canary');
      },
    },
    { highWaterMark: 0 },
  );
  return { request: new Request(url, { method: 'POST', body, headers, duplex: 'half' }), seen };
}

function* endless() {
  for (;;) yield new Uint8Array(1024);
}

const open = (deadlineMs = 60_000) => {
  const { provider, asked } = listening('acme');
  return { asked, ...webhooksOver([provider], { options: { maxBodyBytes: cap, deadlineMs } }) };
};

describe('the body of a webhook', () => {
  it('arrives byte for byte, however it is cut', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(chunks, async (list) => {
        const { webhooks, asked } = open();
        expect((await webhooks.handle(streamed(list).request)).status).toBe(204);
        expect(Buffer.from(asked[0]?.body ?? []).equals(Buffer.concat(list))).toBe(true);
      }),
    );
  });

  it('may be as long as the cap, and no byte longer', async () => {
    for (const [length, status] of [
      [cap, 204],
      [cap + 1, 413],
    ] as const) {
      const { webhooks, asked } = open();
      expect((await webhooks.handle(streamed([new Uint8Array(length)]).request)).status).toBe(status);
      const bytes = Array.from({ length }, () => new Uint8Array(1));
      expect((await webhooks.handle(streamed(bytes).request)).status).toBe(status);
      expect(asked).toHaveLength(status === 204 ? 2 : 0);
    }
  });

  it('is not read at all when its length is announced and too large', async () => {
    const { webhooks, asked } = open();
    for (const length of [cap + 1, '9'.repeat(400)]) {
      const { request, seen } = streamed(endless(), { 'content-length': String(length) });
      const answer = await webhooks.handle(request);
      expect([answer.status, await answer.text(), seen]).toEqual([
        413,
        'Payload Too Large',
        { pulled: 0, cancelled: true },
      ]);
    }
    expect(asked).toEqual([]);
  });

  it.each(['chunked', 'announced as short', 'announced in words'])(
    'is read no further than the cap: %s',
    async (how) => {
      const headers: Record<string, string> =
        how === 'chunked' ? {} : { 'content-length': how === 'announced as short' ? '10' : 'a lot' };
      const { webhooks } = open();
      const { request, seen } = streamed(endless(), headers);
      expect((await webhooks.handle(request)).status).toBe(413);
      expect(seen).toEqual({ pulled: 5, cancelled: true });
    },
  );

  it.each([0, 3])('that stalls after %i chunks ends by the deadline: 408', async (chunks) => {
    const { webhooks, asked } = open(50);
    const list = Array.from({ length: chunks }, () => new Uint8Array(10));
    const { request, seen } = streamed(list, {}, 'stall');
    expect((await webhooks.handle(request)).status).toBe(408);
    expect(seen).toEqual({ pulled: chunks, cancelled: true });
    expect(asked).toEqual([]);
  });

  it('that breaks off, or is no bytes, is a 400 and no warning', async () => {
    const { webhooks, asked } = open();
    expect((await webhooks.handle(streamed([new Uint8Array(10)], {}, 'error').request)).status).toBe(400);
    expect((await webhooks.handle(streamed([7]).request)).status).toBe(400);
    expect(asked).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
  });

  it('that somebody has read before is a 500, and a warning that says what to do', async () => {
    const { webhooks, asked } = open();
    const read = new Request(url, { method: 'POST', body: 'canary', headers: signature(url, 'canary') });
    await read.text();
    const held = new Request(url, { method: 'POST', body: 'canary' });
    held.body?.getReader();
    const large = new Request(url, { method: 'POST', body: 'canary', headers: { 'content-length': '9999' } });
    large.body?.getReader();
    expect((await webhooks.handle(read)).status).toBe(500);
    expect((await webhooks.handle(held)).status).toBe(500);
    expect((await webhooks.handle(large)).status).toBe(413);
    expect(asked).toEqual([]);
    expect(warned).toHaveBeenCalledOnce();
    expect(warned.mock.calls[0]?.[0]).toMatch(/mount the webhooks before a body parser.* request\.rawBody \(/);
  });
});

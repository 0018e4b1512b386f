import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { acme, nowMs, publicUrl, signature, webhooksOver } from './webhooks.test.fixture.js';

vi.spyOn(process, 'emitWarning').mockImplementation(() => {});

const runs = process.env['POLYSMS_TEST_SUITE'] === 'long' ? 10_000 : 1000;

const name = fc.stringMatching(/^[a-z\d]{1,12}$/);
const query = fc.option(
  fc
    .array(fc.tuple(name, name), { minLength: 1, maxLength: 3 })
    .map((pairs) => `?${pairs.map((pair) => pair.join('=')).join('&')}`),
  { nil: '' },
);
const events = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('report'),
      reference: name,
      state: fc.constantFrom('delivered', 'sent', 'undelivered'),
    }),
    fc.record({ kind: fc.constant('inbound'), from: fc.constant('+8613800138000'), to: name, text: fc.string() }),
  ),
  { minLength: 1, maxLength: 3 },
);
const offset = fc.integer({ min: -300_000, max: 300_000 });
const place = fc.constantFrom('body', 'url', 'signature', 'time');
const requests = fc.record({ query, events, offset, place, bit: fc.nat(), isPublic: fc.boolean() });

/** A text or bytes with one bit changed. */
function flipped(bytes: Uint8Array, bit: number, from = 0): Buffer {
  const copy = Buffer.from(bytes);
  const index = from + (Math.floor(bit / 8) % (copy.length - from));
  copy[index] = (copy[index] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

/** The next change, beginning with this one, of which there is a request at all: not every byte may stand in a header. */
function firstPossible(bit: number, make: (bit: number) => Request): Request {
  for (let next = bit; next < bit + 4_096; next += 1) {
    try {
      return make(next);
    } catch (error) {
      // What undici says of a header or URL that cannot be; anything else is a mistake of this test.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new Error('No change near this one gives a request.');
}

describe('signed webhooks, thousands of them', () => {
  it('pass as they are; with one bit of body, URL, signature or time changed, none reaches the sink', async () => {
    const places = new Map<string, number>();
    let genuine = 0;
    const one = webhooksOver([acme()]);
    const withoutPublicUrl = webhooksOver([acme()], { options: { publicUrl: undefined } });
    await fc.assert(
      fc.asyncProperty(
        requests,
        async ({ query: queryText, events: list, offset: ms, place: where, bit, isPublic }) => {
          const { webhooks, told } = isPublic ? one : withoutPublicUrl;
          const url = `${publicUrl}/acme${queryText}`;
          const body = Buffer.from(JSON.stringify(list));
          const headers = signature(url, body, nowMs + ms);
          const make = (change: (part: typeof where, bytes: Uint8Array) => Uint8Array) => {
            const latin1 = (part: typeof where, text: string) =>
              Buffer.from(change(part, Buffer.from(text))).toString('latin1');
            return new Request(latin1('url', url), {
              method: 'POST',
              body: change('body', body),
              headers: {
                'x-acme-time': latin1('time', headers['x-acme-time'] ?? ''),
                'x-acme-signature': latin1('signature', headers['x-acme-signature'] ?? ''),
              },
            });
          };
          // Of the public URL, only the provider's id and the query are taken from the request.
          const from = where === 'url' ? (isPublic ? url.indexOf('acme') : url.indexOf('/', 'https://'.length)) : 0;
          const forged = firstPossible(bit, (next) =>
            make((part, bytes) => (part === where ? flipped(bytes, next, from) : bytes)),
          );
          const before = told.length;
          const answer = await webhooks.handle(forged, { provider: isPublic ? undefined : 'acme' });
          expect([403, 404]).toContain(answer.status);
          expect(told.length).toBe(before);
          expect((await webhooks.handle(make((_part, bytes) => bytes))).status).toBe(200);
          expect(told.length).toBe(before + list.length);
          genuine += 1;
          places.set(where, (places.get(where) ?? 0) + 1);
        },
      ),
      { numRuns: runs },
    );
    expect(genuine).toBe(runs);
    for (const where of ['body', 'url', 'signature', 'time']) expect(places.get(where)).toBeGreaterThan(runs / 5);
  });

  it('are refused when they are stale, whatever they say', async () => {
    const { webhooks, told } = webhooksOver([acme()]);
    const far = fc.oneof(fc.integer({ min: 300_001, max: 2 ** 40 }), fc.integer({ min: -(2 ** 40), max: -300_001 }));
    await fc.assert(
      fc.asyncProperty(query, events, far, async (queryText, list, ms) => {
        const url = `${publicUrl}/acme${queryText}`;
        const body = JSON.stringify(list);
        const request = new Request(url, { method: 'POST', body, headers: signature(url, body, nowMs + ms) });
        expect((await webhooks.handle(request)).status).toBe(403);
      }),
    );
    expect(told).toEqual([]);
  });
});

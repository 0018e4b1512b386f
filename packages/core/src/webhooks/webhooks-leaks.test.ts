import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { WebhookRequest } from '../contract/webhooks.js';
import { acme, publicUrl, reader, report, signature, verified, webhooksOver } from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});

/** Every word that a request may carry: none is one of an answer of ours. */
const word = fc.stringMatching(/^[a-z\d]{8,24}$/).map((text) => `canary${text}`);

/** A provider that tells all that it has been asked, wherever it can. */
const chatty = (how: number) =>
  reader('acme', async (request: WebhookRequest) => {
    const all = `${request.url} ${[...request.headers].flat().join(' ')} ${Buffer.from(request.body).toString()}`;
    const reply = {
      status: how % 2 === 0 ? 418 : 200,
      body: all,
      headers: { 'x-all': all, 'retry-after': all, 'www-authenticate': all },
    };
    switch (how % 4) {
      case 0:
        throw Object.assign(new Error(all), { name: all, code: all });
      case 1:
        return { outcome: 'rejected', reason: all as 'stale', message: all, reply };
      case 2:
        return { outcome: all, message: all, reply } as never;
      default:
        return { outcome: 'verified', events: [{ kind: all, reference: all }] as never, reply };
    }
  });

describe('an answer', () => {
  it('that is ours holds no part of the request, nor does a warning', async () => {
    const parts = fc.record({
      path: word,
      name: word,
      value: word,
      header: word,
      body: word,
      how: fc.nat({ max: 11 }),
    });
    await fc.assert(
      fc.asyncProperty(parts, async ({ path, name, value, header, body, how }) => {
        const sink = () => Promise.reject(Object.assign(new Error(body), { code: value }));
        const { webhooks } =
          how < 8
            ? webhooksOver([how < 4 ? chatty(how) : acme()])
            : webhooksOver([reader('acme', async () => verified(report))], { sink });
        const request = new Request(`https://${path}.example/${path}?${name}=${value}`, {
          method: 'POST',
          body,
          headers: { authorization: header, [`x-${header}`]: header, ...signature(publicUrl, body) },
        });
        const answer = await webhooks.handle(request, how === 5 ? {} : { provider: how === 6 ? path : 'acme' });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        const said = `${answer.statusText} ${[...answer.headers].flat().join(' ')} ${await answer.text()}`;
        expect(said).not.toContain('canary');
        expect(answer.headers.get('content-type')).toBe('text/plain');
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }),
      { numRuns: 2000 },
    );
    expect(warned).toHaveBeenCalled();
    expect(warned.mock.calls.flat().filter((said) => String(said).includes('canary'))).toEqual([]);
  });
});

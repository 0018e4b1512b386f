import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebhookContext } from '../contract/webhooks.js';
import { rejected, webhookReply } from '../provider-kit/webhook-answers.js';
import {
  acme,
  answering,
  listening,
  nowMs,
  publicUrl,
  reader,
  report,
  signature,
  signed,
  verified,
  webhooksOver,
} from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(() => warned.mockClear());

const post = (url = `${publicUrl}/acme`) => new Request(url, { method: 'POST', body: '[]' });
const second = { ...report, reference: 'ref-2' };

describe('a webhook', () => {
  it('hands its events on in order, and then answers what the provider wants', async () => {
    const { webhooks, told } = webhooksOver([acme()]);
    const answer = await webhooks.handle(signed([report, second]));
    expect(told).toEqual([
      ['acme', report],
      ['acme', second],
    ]);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"ok":true}');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(warned).not.toHaveBeenCalled();
  });

  it('answers only when the sink has stored each event, one after the other', async () => {
    const steps: string[] = [];
    let store = () => {};
    const sink = (_provider: string, event: { readonly reference?: string | undefined }) =>
      new Promise<void>((resolve) => {
        steps.push(`asked ${event.reference}`);
        store = () => {
          steps.push(`stored ${event.reference}`);
          resolve();
        };
      });
    const { webhooks } = webhooksOver([answering('acme', verified(report, second))], { sink });
    const answered = webhooks.handle(post()).then(() => void steps.push('answered'));
    await vi.waitFor(() => expect(steps).toEqual(['asked ref-1']));
    store();
    await vi.waitFor(() => expect(steps).toEqual(['asked ref-1', 'stored ref-1', 'asked ref-2']));
    store();
    await answered;
    expect(steps.slice(3)).toEqual(['stored ref-2', 'answered']);
  });

  it('gives the provider the request as it came, the time, the tolerance and a deadline', async () => {
    const contexts: WebhookContext[] = [];
    const { provider, asked } = listening('acme');
    const { webhooks } = webhooksOver(
      [
        reader('acme', (request, context) => {
          contexts.push(context);
          return provider.webhooks?.read(request, context) as never;
        }),
      ],
      { options: { toleranceMs: 60_000, deadlineMs: 600_000 } },
    );
    const body = new Uint8Array([0, 255, 13, 10, 195]);
    await webhooks.handle(new Request(`${publicUrl}/acme?a=1`, { method: 'POST', body, headers: { 'x-one': '1' } }));
    expect(asked).toMatchObject([{ method: 'POST', url: `${publicUrl}/acme?a=1`, body }]);
    expect(asked[0]?.headers.get('x-one')).toBe('1');
    expect(contexts).toMatchObject([{ now: nowMs, toleranceMs: 60_000 }]);
    expect(contexts[0]?.deadline.remainingMs()).toBeGreaterThan(0);
    expect(contexts[0]?.deadline.remainingMs()).toBeLessThanOrEqual(600_000);
  });

  it('takes a GET, a PUT and an empty body to the provider', async () => {
    const { provider, asked } = listening('acme');
    const { webhooks } = webhooksOver([provider]);
    for (const method of ['GET', 'PUT', 'patch']) {
      expect((await webhooks.handle(new Request(`${publicUrl}/acme`, { method }))).status).toBe(204);
    }
    expect(asked.map(({ method, body }) => [method, body.length])).toEqual([
      ['GET', 0],
      ['PUT', 0],
      ['PATCH', 0],
    ]);
  });

  it('may tell nothing', async () => {
    const { webhooks, told } = webhooksOver([acme()]);
    expect((await webhooks.handle(signed([]))).status).toBe(200);
    expect(told).toEqual([]);
  });
});

describe('the provider of a webhook', () => {
  it.each(['/sms/acme', '/sms/acme/', '/acme?provider=other', '/%61cme', '/acme#other'])(
    'is what the last segment of the path says: %s',
    async (path) => {
      const { webhooks } = webhooksOver([listening('acme').provider]);
      expect((await webhooks.handle(post(`https://app.example${path}`))).status).toBe(204);
    },
  );

  it.each(['/', '/sms', '/acme/other', '/%E0%A4', '/Acme', '/__proto__', '/mob'])(
    'is unknown, 404: %s',
    async (path) => {
      const read = vi.fn();
      const { webhooks } = webhooksOver([reader('acme', read), reader('mob', null)]);
      const answer = await webhooks.handle(post(`https://app.example${path}`));
      expect([answer.status, await answer.text()]).toEqual([404, 'Not Found']);
      expect(read).not.toHaveBeenCalled();
    },
  );

  it('is the one that the app names, whatever the path says', async () => {
    const { provider, asked } = listening('twilio eu');
    const { webhooks } = webhooksOver([provider, acme()]);
    await webhooks.handle(post('https://internal.example/hooks/acme?x=1'), { provider: 'twilio eu' });
    expect(asked[0]?.url).toBe(`${publicUrl}/twilio%20eu?x=1`);
    expect((await webhooks.handle(post(), { provider: 'nobody' })).status).toBe(404);
  });
});

describe('a request that is refused', () => {
  it.each(['HEAD', 'OPTIONS'])('%s: 405, before anything is asked', async (method) => {
    const read = vi.fn();
    const { webhooks } = webhooksOver([reader('acme', read)]);
    const answer = await webhooks.handle(new Request(`${publicUrl}/acme`, { method }));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(read).not.toHaveBeenCalled();
  });

  it.each([
    [401, 401],
    [410, 410],
    [503, 503],
    [200, 403],
    [204, 403],
    [302, 403],
    [600, 403],
    [undefined, 403],
  ])('with the status %s of the provider is answered %i, without a word of the provider', async (status, expected) => {
    const reply = { status, body: 'canary', headers: { 'x-canary': 'canary', 'content-type': 'text/html' } };
    const { webhooks, told } = webhooksOver([
      answering('acme', { outcome: 'rejected', reason: 'signature', message: 'canary', reply, events: [report] }),
    ]);
    const answer = await webhooks.handle(post());
    expect(answer.status).toBe(expected);
    expect(await answer.text()).not.toContain('canary');
    expect(Object.fromEntries(answer.headers)).toEqual({ 'content-type': 'text/plain', 'cache-control': 'no-store' });
    expect(told).toEqual([]);
  });

  it('may be asked for its password, and to come again: SNS sends none before', async () => {
    const reply = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="polysms"', 'Retry-After': '30' } };
    const { webhooks } = webhooksOver([answering('acme', { ...rejected('signature', 'No.'), reply })]);
    const { headers } = await webhooks.handle(post());
    expect([headers.get('www-authenticate'), headers.get('retry-after')]).toEqual(['Basic realm="polysms"', '30']);
  });

  it('is told to the app by its reason alone, once a minute', async () => {
    const { webhooks } = webhooksOver([answering('acme', rejected('signature', 'canary'))]);
    for (let index = 0; index < 3; index += 1) await webhooks.handle(post());
    expect(warned).toHaveBeenCalledOnce();
    expect(warned.mock.calls[0]?.[0]).toBe(
      "The webhook of the provider acme refused a request; if it was the vendor's, check the secret and " +
        'webhooks.publicUrl (signature)',
    );
  });

  it.each([[-5 * 60_000 - 1], [5 * 60_000 + 1]])('is stale when it was signed %i ms from now', async (offset) => {
    const { webhooks, told } = webhooksOver([acme()]);
    expect((await webhooks.handle(signed([report], { at: nowMs + offset }))).status).toBe(403);
    expect(told).toEqual([]);
  });

  it('is not one that is repeated inside the tolerance: the sink knows what it has', async () => {
    const { webhooks, told } = webhooksOver([acme()]);
    for (const at of [nowMs - 5 * 60_000, nowMs, nowMs, nowMs + 5 * 60_000]) {
      expect((await webhooks.handle(signed([report], { at }))).status).toBe(200);
    }
    expect(told).toHaveLength(4);
  });
});

describe('what a webhook told and nobody stored', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('canary'))],
    [
      'throws',
      () => {
        throw new Error('canary');
      },
    ],
  ])('is a 503, so that the vendor repeats all, when the sink %s', async (_what, fail) => {
    const sink = vi.fn().mockResolvedValueOnce(undefined).mockImplementation(fail);
    const { webhooks } = webhooksOver([acme()], { sink });
    const answer = await webhooks.handle(signed([report, second, report]));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(sink).toHaveBeenCalledTimes(2);
    expect(warned.mock.calls.flat().join()).toMatch(/^What a webhook told could not be stored.*\(Error at /);
    expect(warned.mock.calls.flat().join()).not.toContain('canary');
  });

  it('is a 503, too, when the sink hangs', async () => {
    const { webhooks } = webhooksOver([acme()], { sink: () => new Promise(() => {}), options: { deadlineMs: 50 } });
    const answer = await webhooks.handle(signed([report]));
    expect(answer.status).toBe(503);
    expect(warned.mock.calls[0]?.[0]).toContain('(no answer in time)');
  });

  it('is a 503 when the client is closed; and the client waits for what is under way', async () => {
    const inFlight = { begin: vi.fn(), end: vi.fn() };
    const { webhooks } = webhooksOver([acme()], { inFlight });
    await webhooks.handle(signed([report]));
    await webhooks.handle(post('https://app.example/nobody'));
    expect([inFlight.begin.mock.calls.length, inFlight.end.mock.calls.length]).toEqual([2, 2]);
    inFlight.begin.mockImplementation(() => {
      throw new Error('closed');
    });
    const answer = await webhooks.handle(signed([report]));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(inFlight.end).toHaveBeenCalledTimes(2);
  });
});

describe('the URL that a signature is checked against', () => {
  it('is the public one, with the query as it came, and not the one of the request', async () => {
    const { provider, asked } = listening('acme');
    const { webhooks } = webhooksOver([provider], { options: { publicUrl: 'https://public.example:8443/a/b/' } });
    await webhooks.handle(post('http://10.0.0.1:3000/acme?x=%7e+%20&x=&&y'));
    expect(asked[0]?.url).toBe('https://public.example:8443/a/b/acme?x=%7e+%20&x=&&y');
  });

  it('is the one of the request when none is set', async () => {
    const { provider, asked } = listening('acme');
    const { webhooks } = webhooksOver([provider], { options: { publicUrl: undefined } });
    await webhooks.handle(post('https://app.example/any/acme?a=b'));
    expect(asked[0]?.url).toBe('https://app.example/any/acme?a=b');
  });

  it('cannot be chosen by whoever sends the request', async () => {
    const { webhooks, told } = webhooksOver([acme()]);
    const url = 'https://evil.example/sms/acme';
    const body = JSON.stringify([report]);
    const answer = await webhooks.handle(new Request(url, { method: 'POST', body, headers: signature(url, body) }));
    expect(answer.status).toBe(403);
    expect(told).toEqual([]);
  });
});

describe('a reply', () => {
  it.each([204, 205, 304])('of %i has no body, whatever the provider gives', async (status) => {
    const reply = webhookReply(status, 'something');
    const { webhooks } = webhooksOver([answering('acme', { outcome: 'verified', events: [], reply })]);
    const answer = await webhooks.handle(post());
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('does not speak for the connection', async () => {
    const headers = { 'Content-Length': '3', connection: 'upgrade', 'Transfer-Encoding': 'chunked', 'x-one': '1' };
    const reply = { status: 200, headers, body: 'longer' };
    const { webhooks } = webhooksOver([answering('acme', { outcome: 'verified', events: [], reply })]);
    const answer = await webhooks.handle(post());
    expect(await answer.text()).toBe('longer');
    expect([...answer.headers.keys()].toSorted()).toEqual(['cache-control', 'content-type', 'x-one']);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SmsProvider } from '../contract/sms-provider.js';
import { answering, publicUrl, reader, report, webhooksOver } from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
afterEach(() => warned.mockClear());

const reply = { status: 200 };
const trap = () => {
  throw new Error('canary');
};
const trapped = (object: object, field: string) =>
  Object.defineProperty({ ...object }, field, { get: trap, enumerable: true });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const ask = async (provider: SmsProvider, deadlineMs = 60_000) => {
  const { webhooks, told } = webhooksOver([provider], { options: { deadlineMs } });
  const answer = await webhooks.handle(new Request(`${publicUrl}/acme`, { method: 'POST', body: '+8613800138000' }));
  return { status: answer.status, text: await answer.text(), told, headers: answer.headers };
};
const read = { outcome: 'verified', events: [report], reply };

describe('a provider that breaks', () => {
  it.each<[string, SmsProvider]>([
    ['throws', reader('acme', trap)],
    ['rejects', reader('acme', () => Promise.reject(new Error('canary')))],
    ['rejects with nothing', reader('acme', () => Promise.reject())],
    ['rejects with a trap', reader('acme', () => Promise.reject(trapped({}, 'message')))],
    ['answers nothing', answering('acme', undefined)],
    ['answers null', answering('acme', null)],
    ['answers a text', answering('acme', 'verified')],
    ['answers an unknown outcome', answering('acme', { ...read, outcome: 'approved' })],
    ['answers events that are a revoked proxy', answering('acme', { ...read, events: revoked() })],
    ['answers no events', answering('acme', { outcome: 'verified', reply })],
    ['answers events that are no list', answering('acme', { ...read, events: { length: 1, 0: report } })],
    ['throws while its outcome is read', answering('acme', trapped(read, 'outcome'))],
    ['throws while its events are read', answering('acme', trapped(read, 'events'))],
    ['throws while its reply is read', answering('acme', trapped(read, 'reply'))],
    ['throws at its webhooks', trapped(reader('acme', null), 'webhooks') as SmsProvider],
  ])('%s: 500 without a detail, a warning, and nothing is told', async (_what, provider) => {
    const { status, text, told, headers } = await ask(provider);
    expect([status, text, told]).toEqual([500, 'Internal Server Error', []]);
    expect(Object.fromEntries(headers)).toEqual({ 'content-type': 'text/plain', 'cache-control': 'no-store' });
    expect(warned).toHaveBeenCalledOnce();
    expect(warned.mock.calls.flat().join()).toMatch(/did not answer as it must: a bug in the provider \(/);
    expect(warned.mock.calls.flat().join()).not.toMatch(/canary|8000/);
  });

  it('hangs: 503 soon after the deadline, so that the vendor repeats', async () => {
    const { status, told, headers } = await ask(
      reader('acme', () => new Promise(() => {})),
      50,
    );
    expect([status, headers.get('retry-after'), told]).toEqual([503, '5', []]);
    expect(warned.mock.calls[0]?.[0]).toContain(
      'acme did not answer as it must: a bug in the provider (no answer in time)',
    );
  });

  it('answers without a promise: that counts', async () => {
    expect(await ask(reader('acme', () => read as never))).toMatchObject({ status: 200, told: [['acme', report]] });
  });

  it.each([
    ['none', undefined],
    ['null', null],
    ['no status', {}],
    ['a status too small', { status: 199 }],
    ['a status too large', { status: 600 }],
    ['half a status', { status: 200.5 }],
    ['a status in words', { status: '200' }],
    ['a body of bytes', { status: 200, body: new Uint8Array(1) }],
    ['a header that is a number', { status: 200, headers: { 'x-one': 1 } }],
    ['a header that splits the answer', { status: 200, headers: { 'x-one': 'a\r\nx-two: b' } }],
    ['a header without a name', { status: 200, headers: { '': 'a' } }],
    ['a trap in its headers', { status: 200, headers: trapped({}, 'x-one') }],
    ['a trap at its status', trapped({}, 'status')],
  ])('replies what is no reply (%s): what it told is stored, and the answer is 500', async (_what, wrong) => {
    expect(await ask(answering('acme', { ...read, reply: wrong }))).toMatchObject({
      status: 500,
      told: [['acme', report]],
    });
    expect(warned.mock.calls[0]?.[0]).toContain('(the reply is none)');
  });

  it.each([200, 599])('may reply anything that is a status: %i', async (status) => {
    expect((await ask(answering('acme', { ...read, reply: { status, headers: null, body: null } }))).status).toBe(
      status,
    );
    expect(warned).not.toHaveBeenCalled();
  });

  it('tells events that are none: the others are stored, and the vendor repeats all', async () => {
    const events = [
      report,
      null,
      { kind: 'report' },
      trapped(report, 'state'),
      revoked(),
      { ...report, reference: 'r2' },
    ];
    const { status, told } = await ask(answering('acme', { ...read, events }));
    expect(status).toBe(500);
    expect(told.map(([, { reference }]) => reference)).toEqual(['ref-1', 'r2']);
    expect(warned.mock.calls[0]?.[0]).toContain('(an event is none)');
  });

  it('refuses without a reply, or for a reason of its own: 403', async () => {
    for (const wrong of [undefined, trapped({}, 'status'), { status: 1e9 }]) {
      const refusing = { outcome: 'rejected', reason: 'canary', message: 7, reply: wrong };
      expect(await ask(answering('acme', refusing))).toMatchObject({ status: 403, text: 'Forbidden', told: [] });
    }
    expect(warned.mock.calls.flat().join()).not.toContain('canary');
  });

  it('is asked each field once: what it answers later is not believed', async () => {
    let states = 0;
    const shifty = {
      kind: 'report',
      reference: 'ref-1',
      get state() {
        states += 1;
        return states === 1 ? 'delivered' : 'canary';
      },
    };
    expect((await ask(answering('acme', { ...read, events: [shifty] }))).told).toEqual([['acme', report]]);
    expect(states).toBe(1);
  });
});

describe('a request that is none', () => {
  it('is a 500 and a warning, never a rejection', async () => {
    const { webhooks } = webhooksOver([answering('acme', read)]);
    for (const wrong of [undefined, null, 7, {}]) {
      expect((await webhooks.handle(wrong as never, { provider: 'acme' })).status).toBe(500);
    }
    expect(warned).toHaveBeenCalledOnce();
  });
});

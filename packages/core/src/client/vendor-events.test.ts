import { describe, expect, it, vi } from 'vitest';
import type { ProviderEvent } from '../contract/provider-events.js';
import type { WebhookReading } from '../contract/webhooks.js';
import { MemoryMessageStore } from '../messages/memory-message-store.js';
import { storeOver } from '../messages/message-stores.test.fixture.js';
import { MemoryOptOutStore } from '../opt-out/memory-opt-out-store.js';
import { accepted } from '../provider-kit/outcomes.js';
import type { SmsEvents } from '../telemetry/events.js';
import { client, type FakeProvider, failureOf, fake, hello, lost, to } from './sms-client.test.fixture.js';

/** A provider whose vendor calls: the body holds the events, and nobody is asked for proof. */
function reporting(id: string, ...rest: Parameters<typeof fake> extends [string, ...infer Rest] ? Rest : never) {
  const read = async (request: { readonly body: Uint8Array }): Promise<WebhookReading> => {
    const events = JSON.parse(new TextDecoder().decode(request.body)) as readonly ProviderEvent[];
    return { outcome: 'verified', events, reply: { status: 200, body: 'thanks' } };
  };
  return Object.assign(fake(id, ...rest), { webhooks: { read } });
}

/** A provider with a connection of its own, over which a test tells events. */
function connected(id: string) {
  const listeners: ((event: ProviderEvent) => Promise<void>)[] = [];
  const events = {
    listen(sink: (event: ProviderEvent) => Promise<void>) {
      listeners.push(sink);
      return { [Symbol.dispose]: () => void listeners.splice(listeners.indexOf(sink), 1) };
    },
  };
  return { provider: Object.assign(fake(id), { events }), listeners };
}

const told = (provider: FakeProvider, ...events: readonly ProviderEvent[]) =>
  new Request(`https://app.example/sms/${provider.id}`, { method: 'POST', body: JSON.stringify(events) });

const inbound = (text: string, reference = `in-${text}`): ProviderEvent => ({
  kind: 'inbound',
  reference,
  from: to,
  to: '+15005550006',
  text,
});

function listenTo<Name extends keyof SmsEvents>(sms: ReturnType<typeof client>, name: Name): SmsEvents[Name][] {
  const heard: SmsEvents[Name][] = [];
  sms.on(name, (event) => heard.push(event));
  return heard;
}

describe('a report by webhook', () => {
  it('moves the message, is told once, and the vendor is answered', async () => {
    const a = reporting('a', [accepted('ref-1')]);
    const sms = client([a]);
    const heard = listenTo(sms, 'report');
    const { id } = await sms.send(hello);
    expect(await sms.messages.get(id)).toMatchObject({ state: 'accepted', provider: 'a', to: '+86*******8000' });
    const report = { kind: 'report', id, state: 'delivered', at: 1_700_000_000_000 } as const;
    for (let times = 0; times < 2; times += 1) {
      const answer = await sms.webhooks.handle(told(a, report));
      expect([answer.status, await answer.text()]).toEqual([200, 'thanks']);
    }
    expect(await sms.messages.get(id)).toMatchObject({ state: 'delivered', attempts: [{ references: ['ref-1'] }] });
    expect(heard).toMatchObject([{ id, provider: 'a', reported: 'delivered', state: 'delivered' }]);
    expect(JSON.stringify(heard)).not.toContain('13800138000');
  });

  it('that names the vendor’s reference alone is not lost, though it comes before the answer', async () => {
    let answer = () => {};
    const a = reporting('a', [() => new Promise((resolve) => (answer = () => resolve(accepted('ref-2'))))]);
    const sms = client([a]);
    const sending = sms.send(hello);
    await vi.waitFor(() => expect(a.sent.length).toBe(1));
    await sms.webhooks.handle(told(a, { kind: 'report', reference: 'ref-2', state: 'delivered' }));
    answer();
    const { id } = await sending;
    expect((await sms.messages.get(id))?.state).toBe('delivered');
  });

  it('resolves a message of which nobody knew', async () => {
    const a = reporting('a', [lost]);
    const sms = client([a]);
    const heard = listenTo(sms, 'resolved');
    let id = '';
    sms.on('settled', (event) => (id = event.id));
    await failureOf(sms.send(hello));
    expect((await sms.messages.get(id))?.state).toBe('unknown');
    await sms.webhooks.handle(told(a, { kind: 'report', id, state: 'sent' }));
    expect((await sms.messages.get(id))?.state).toBe('sent');
    expect(heard).toMatchObject([{ id, outcome: 'accepted', by: 'report', provider: 'a' }]);
  });

  it('is to be repeated while the store is down', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const a = reporting('a');
    const down = () => Promise.reject(new Error('canary'));
    const sms = client([a], { stores: { messages: storeOver(new MemoryMessageStore(), { read: down, find: down }) } });
    const answer = await sms.webhooks.handle(told(a, { kind: 'report', id: 'x', reference: 'r', state: 'sent' }));
    expect(answer.status).toBe(503);
    vi.restoreAllMocks();
  });
});

describe('what a vendor tells over a connection of our own', () => {
  it('ends in the same place, and the vendor is told when it is stored', async () => {
    const { provider, listeners } = connected('smpp');
    const sms = client([provider]);
    const { id } = await sms.send(hello);
    await Promise.all(listeners.map((sink) => sink({ kind: 'report', id, state: 'delivered' })));
    expect((await sms.messages.get(id))?.state).toBe('delivered');
    await sms.close();
    expect(listeners).toEqual([]);
  });

  it('is taken with one warning if it is no event, or cannot be read: a vendor would repeat it for days', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { provider, listeners } = connected('smpp');
    client([provider]);
    const trapped = Object.defineProperty({ kind: 'report' }, 'state', {
      enumerable: true,
      get: () => {
        throw new Error('canary');
      },
    });
    for (const wrong of [{ kind: 'report' }, trapped, null]) {
      await Promise.all(listeners.map((sink) => sink(wrong as never)));
    }
    expect(warned.mock.calls).toEqual([
      ['A provider has told something that is no event: a bug in the provider (smpp)', 'PolysmsWarning'],
    ]);
    warned.mockRestore();
  });
});

describe('an inbound message', () => {
  it('is told once, with the phone where no log shows it', async () => {
    const a = reporting('a');
    const sms = client([a]);
    const heard = listenTo(sms, 'inbound');
    for (let times = 0; times < 2; times += 1) await sms.webhooks.handle(told(a, inbound('Where is my parcel?')));
    expect(heard).toMatchObject([{ provider: 'a', from: '+86*******8000', text: 'Where is my parcel?' }]);
    expect(heard[0]?.phone).toBe(to);
    expect(JSON.stringify(heard)).not.toContain('13800138000');
    expect(Object.keys(heard[0] ?? {})).not.toContain('phone');
  });

  it('is told though the store takes it too late for the vendor, who repeats it', async () => {
    vi.useFakeTimers();
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const a = reporting('a');
    const memory = new MemoryMessageStore();
    const slow = (...args: Parameters<MemoryMessageStore['isFirst']>) => {
      const answer = memory.isFirst(...args);
      return new Promise<boolean>((resolve) => setTimeout(() => resolve(answer), 20_000));
    };
    const sms = client([a], { stores: { messages: storeOver(memory, { isFirst: slow }) } });
    const heard = listenTo(sms, 'inbound');
    for (let times = 0; times < 2; times += 1) {
      const answer = sms.webhooks.handle(told(a, inbound('Where is my parcel?')));
      await vi.advanceTimersByTimeAsync(30_000);
      expect((await answer).status).toBe(503);
    }
    expect(heard).toMatchObject([{ text: 'Where is my parcel?' }]);
    vi.restoreAllMocks();
  });

  it('from a service with a short code is told and answered, and its STOP is kept of nobody', async () => {
    const a = reporting('a');
    const optOuts = new MemoryOptOutStore();
    const sms = client([a], { stores: { optOuts } });
    const heard = listenTo(sms, 'inbound');
    const answer = await sms.webhooks.handle(told(a, { ...inbound('STOP'), from: '95555' } as ProviderEvent));
    expect(answer.status).toBe(200);
    expect(heard).toMatchObject([{ from: '', text: 'STOP', optOut: 'stop' }]);
    expect(heard[0]?.phone).toBe('95555');
    expect(optOuts.size).toBe(0);
  });

  it('is told again if it comes again after three days: no vendor repeats one for so long', async () => {
    vi.useFakeTimers();
    const a = reporting('a');
    const sms = client([a]);
    const heard = listenTo(sms, 'inbound');
    for (const [afterMs, count] of [
      [0, 1],
      [3 * 86_400_000 - 1, 1],
      [1, 2],
    ] as const) {
      vi.advanceTimersByTime(afterMs);
      await sms.webhooks.handle(told(a, inbound('Hello')));
      expect(heard.length).toBe(count);
    }
  });

  it('is another one from another provider, whatever the references, and each time without one', async () => {
    const [a, b] = [reporting('a'), reporting('a:b')];
    const sms = client([a, b]);
    const heard = listenTo(sms, 'inbound');
    await sms.webhooks.handle(told(a, inbound('Hello', 'b:1')));
    await sms.webhooks.handle(told(b, inbound('Hello', '1')));
    expect(heard.length).toBe(2);
    const nameless: ProviderEvent = { kind: 'inbound', from: to, to: '+15005550006', text: 'Hello' };
    await sms.webhooks.handle(told(a, nameless, nameless));
    expect(heard.length).toBe(4);
  });

  it('says whether it is an opt-out: as we read it, or as the vendor does where we keep none', async () => {
    const [a, b] = [reporting('a'), reporting('b')];
    const [sms, free] = [client([a]), client([b], { optOut: false })];
    const [heard, heardFree] = [listenTo(sms, 'inbound'), listenTo(free, 'inbound')];
    for (const each of [inbound('STOP'), inbound('Hi'), { ...inbound('No more'), optOut: 'stop' } as ProviderEvent]) {
      await sms.webhooks.handle(told(a, each));
      await free.webhooks.handle(told(b, each));
    }
    expect(heard.map(({ optOut }) => optOut)).toEqual(['stop', undefined, 'stop']);
    expect(heardFree.map(({ optOut }) => optOut)).toEqual([undefined, undefined, 'stop']);
  });

  it('that is STOP keeps its account from writing, and START lets it write again', async () => {
    const [a, b] = [reporting('a'), fake('b')];
    const sms = client([a, b], { routes: [{ providers: ['a'] }] });
    await sms.webhooks.handle(told(a, inbound('Stop.')));
    expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'recipient_blocked', outcome: 'not-sent' });
    expect(a.sent).toEqual([]);
    expect((await sms.send({ ...hello, via: ['a', 'b'] })).provider).toBe('b');
    await sms.webhooks.handle(told(a, inbound('START')));
    expect((await sms.send(hello)).provider).toBe('a');
  });

  it('that is STOP does not keep a code from a person who asks for it, unless told so', async () => {
    for (const verifications of [false, true]) {
      const a = reporting('a');
      const sms = client([a], { optOut: { verifications } });
      await sms.webhooks.handle(told(a, inbound('STOP')));
      const starting = sms.verifications.start({ to });
      if (verifications) expect(await failureOf(starting)).toMatchObject({ code: 'recipient_blocked' });
      else expect((await starting).provider).toBe('a');
      expect(a.sent.length).toBe(verifications ? 0 : 1);
    }
  });

  it('is kept of nobody with optOut: false, and survives forget() otherwise', async () => {
    const [a, b] = [reporting('a'), reporting('b')];
    const free = client([a], { optOut: false });
    await free.webhooks.handle(told(a, inbound('STOP')));
    expect((await free.send(hello)).provider).toBe('a');
    const sms = client([b]);
    await sms.webhooks.handle(told(b, inbound('STOP')));
    await sms.messages.forget(to);
    expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'recipient_blocked' });
  });

  it('whose opt-out cannot be looked up sends nothing', async () => {
    const a = reporting('a');
    const optOuts = Object.assign(new MemoryOptOutStore(), { has: () => Promise.reject(new Error('canary')) });
    const sms = client([a], { stores: { optOuts } });
    expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(a.sent).toEqual([]);
  });
});

describe('an id of a provider that means something in a URL', () => {
  it.each(['__proto__', 'constructor', '%2e%2e', 'a/b', 'a?b#c', '号'])(
    'leads reports back to it: %s',
    async (name) => {
      const a = reporting(name);
      const sms = client([a], { webhooks: { publicUrl: 'https://app.example:8443/sms' } });
      const { id } = await sms.send(hello);
      const body = JSON.stringify([{ kind: 'report', id, state: 'delivered' }]);
      const answer = await sms.webhooks.handle(new Request(a.sent[0]?.reportUrl ?? '', { method: 'POST', body }));
      expect([answer.status, (await sms.messages.get(id))?.state]).toEqual([200, 'delivered']);
    },
  );

  it.each(['.', '..'])('is refused if URLs leave it out: %s', async (name) => {
    expect(() => client([reporting(name)])).toThrow('another id');
    expect((await client([fake(name)]).send(hello)).provider).toBe(name);
  });
});

describe('what a provider is told with a message', () => {
  it('is how long it is worth anything, and where reports go', async () => {
    const a = reporting('a');
    const sms = client([a, fake('b')], { webhooks: { publicUrl: 'https://app.example/sms' } });
    await sms.send({ ...hello, validForMs: 60_000 });
    const [message] = a.sent;
    expect(message?.reportUrl).toBe('https://app.example/sms/a');
    expect(message?.validForMs).toBeLessThanOrEqual(60_000);
    expect(message?.validForMs).toBeGreaterThan(50_000);
    await sms.send(hello);
    expect(a.sent[1]).not.toHaveProperty('validForMs');
  });

  it('is the lifetime of a code, by itself', async () => {
    const a = fake('a');
    await client([a]).verifications.start({ to });
    expect(a.sent[0]?.validForMs).toBeGreaterThan(290_000);
    expect(a.sent[0]?.validForMs).toBeLessThanOrEqual(300_000);
  });

  it.each([
    ['validForMs', 10],
    ['deliverWithinMs', Number.NaN],
  ])('is refused as %s if it is none', async (field, value) => {
    const failure = await failureOf(client([fake('a')]).send({ ...hello, onUnknown: 'failover', [field]: value }));
    expect(failure).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(field) });
  });
});

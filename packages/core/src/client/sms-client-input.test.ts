import { describe, expect, it, vi } from 'vitest';
import type { SendRequest } from '../delivery/send-request.js';
import { accepted } from '../provider-kit/outcomes.js';
import { createSmsClient } from './sms-client.js';
import { client, down, failureOf, fake, to } from './sms-client.test.fixture.js';
import type { SmsClientOptions } from './sms-client-options.js';

describe('a template', () => {
  const templates = {
    'order-shipped': {
      params: ['order'],
      text: 'Order {order} has shipped.',
      providers: { a: { template: '2901' } },
    },
  };

  it('is rendered for whoever sends it', async () => {
    const a = fake('a', [down]);
    const b = fake('b', [accepted()], { text: true, template: false, senderId: true });
    await client([a, b], { templates }).send({ to, template: 'order-shipped', params: { order: '42' } });
    expect(a.sent).toMatchObject([{ kind: 'template', template: '2901', params: [{ name: 'order', value: '42' }] }]);
    expect(b.sent).toMatchObject([{ kind: 'text', text: 'Order 42 has shipped.' }]);
  });

  it.each<[string, SendRequest, RegExp]>([
    ['an unknown template', { to, template: 'order-shiped' }, /order-shipped/],
    ['a missing parameter', { to, template: 'order-shipped' }, /order/],
    ['an extra parameter', { to, template: 'order-shipped', params: { order: '1', oder: '2' } }, /oder/],
  ])('with %s is refused by name', async (_name, request, message) => {
    const error = await failureOf(client([fake('a')], { templates }).send(request));
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    expect(error.message).toMatch(message);
  });

  it('with half an emoji in a parameter is refused before anybody is asked, whoever would send it', async () => {
    const providers = [fake('a'), fake('b', [accepted()], { text: true, template: false, senderId: true })];
    const sms = client(providers, { templates });
    const params = { order: 'A-1 👍'.slice(0, 5) };
    for (const via of [undefined, ['b']]) {
      const error = await failureOf(sms.send({ to, template: 'order-shipped', params, via }));
      expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent', attempts: [] });
      expect(error.message).toMatch(/holds half a character.*"order"/);
      expect(error.message).not.toContain('A-1');
    }
    expect(providers.map(({ sent }) => sent.length)).toEqual([0, 0]);
  });

  it('takes whole characters of any kind', async () => {
    const a = fake('a');
    await client([a], { templates }).send({ to, template: 'order-shipped', params: { order: '👨‍👩‍👧 é ﷺ' } });
    expect(a.sent).toMatchObject([{ params: [{ value: '👨‍👩‍👧 é ﷺ' }] }]);
  });

  it('that a provider of a route cannot render is an error when the client is made', () => {
    const onlyTemplates = fake('c', [], { text: false, template: true, senderId: false });
    expect(() => createSmsClient({ providers: [fake('a'), onlyTemplates], templates })).toThrow(/order-shipped.*c/s);
  });
});

describe('a request that is malformed', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /takes an object/],
    ['neither text nor template', { to }, /either a text or a template/],
    ['both', { to, text: 'x', template: 'y' }, /either a text or a template/],
    ['an empty text', { to, text: '' }, /text must be/],
    ['a misspelt field', { to, text: 'x', idempotencykey: 'k' }, /idempotencykey is not a field/],
    ['params of a text', { to, text: 'x', params: {} }, /params/],
    ['a symbol in via', { to, text: 'x', via: [Symbol('a')] }, /via/],
    ['an empty via', { to, text: 'x', via: [] }, /via/],
    ['an unknown provider', { to, text: 'x', via: ['z'] }, /no provider z; there are a/],
    ['a key that is too long', { to, text: 'x', idempotencyKey: 'k'.repeat(256) }, /idempotencyKey/],
    ['a signal that is none', { to, text: 'x', signal: {} }, /signal/],
    ['an endless deadline', { to, text: 'x', deadlineMs: Number.POSITIVE_INFINITY }, /send\(\): deadlineMs must be/],
    ['a deadline in words', { to, text: 'x', deadlineMs: '5s' as unknown as number }, /send\(\): deadlineMs must be/],
    ['an unknown policy', { to, text: 'x', onUnknown: 'retry' }, /onUnknown/],
    ['half an emoji in the text', { to, text: 'Hi Ann👍'.slice(0, 7) }, /text holds half a character/],
    ['the other half', { to, text: '👍'.slice(1) }, /text holds half a character/],
    ['half an emoji in the sender', { to, text: 'x', senderId: '👍'.slice(1) }, /senderId must be/],
    ['half an emoji in the key', { to, text: 'x', idempotencyKey: 'k👍'.slice(0, 2) }, /idempotencyKey holds half/],
    ['half an emoji in the template', { to, template: '👍'.slice(1) }, /no template/],
    ['a sender that is no string', { to, text: 'x', senderId: 5 }, /senderId must be/],
    ['an empty sender', { to, text: 'x', senderId: '' }, /senderId must be/],
    ['a sender of two lines', { to, text: 'x', senderId: 'Acme\nBcc' }, /senderId must be/],
  ])('with %s names the field', async (_name, request, message) => {
    const a = fake('a');
    const error = await failureOf(client([a]).send(request as SendRequest));
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    expect(error.message).toMatch(message);
    expect(a.sent).toEqual([]);
  });

  it('with a bad number is an invalid_phone_number', async () => {
    expect(await failureOf(client([fake('a')]).send({ to: '138', text: 'x' }))).toMatchObject({
      code: 'invalid_phone_number',
    });
  });
});

describe('a request', () => {
  it('is read with what it inherits and computes, and once', async () => {
    let reads = 0;
    class Order {
      readonly to = to;
      readonly text = 'x';
      get idempotencyKey() {
        reads += 1;
        return 'order-1';
      }
    }
    const a = fake('a');
    const sms = client([a]);
    await sms.send(new Order());
    expect(reads).toBe(1);
    await sms.send(new Order());
    await sms.send(Object.assign(Object.create({ idempotencyKey: 'order-1' }), { to, text: 'x' }));
    expect(a.sent.length).toBe(1);
  });

  it('keeps its parameters, however the caller changes them while it is under way', async () => {
    const templates = { shipped: { params: ['order'], text: 'Order {order}' } };
    const params: Record<string, string> = { order: '42' };
    const b = fake('b');
    const changing = async () => {
      params['order'] = '43';
      params['other'] = 'x';
      return down;
    };
    await client([fake('a', [changing]), b], { templates }).send({ to, template: 'shipped', params });
    expect(b.sent).toMatchObject([{ text: 'Order 42' }]);
  });

  it.each<[string, Parameters<ReturnType<typeof client>['sendMany']>[1], RegExp]>([
    ['a misspelt option', { concurency: 3 } as never, /concurency is not an option/],
    ['a signal that is none', { signal: 'x' } as never, /signal must be/],
    ['a listener that is none', { onProgress: 5 } as never, /onProgress must be/],
    ['a wait before its start', { maxWaitMs: -1 }, /maxWaitMs must be a number of milliseconds/],
    ['a wait without an end', { maxWaitMs: Number.POSITIVE_INFINITY }, /maxWaitMs must be/],
    ['a wait in words', { maxWaitMs: '60' } as never, /maxWaitMs must be/],
    ['null', null as never, /must be an object/],
  ])('of a batch with %s is refused by name', (_name, options, message) => {
    expect(() => client([fake('a')]).sendMany([], options)).toThrow(message);
  });

  it.each([
    [
      'an event that does not exist',
      'atempt',
      () => {},
      /no event atempt; there are attempt, settled, circuit, denied, alarm, check/,
    ],
    ['a listener that is none', 'attempt', undefined, /listener must be/],
  ])('to listen to %s is refused', (_name, event, listener, message) => {
    expect(() => client([fake('a')]).on(event as 'attempt', listener as never)).toThrow(message);
  });
});

describe('options that cannot work', () => {
  const a = fake('a');
  it.each<[string, unknown, RegExp]>([
    ['no providers', { providers: [] }, /providers: must name at least one/],
    ['no provider', { providers: [{}] }, /providers\.0: must be a provider/],
    ['an id of two lines', { providers: [fake('a\nINFO b')] }, /providers\.0: must have an id/],
    ['an id of megabytes', { providers: [fake('a'.repeat(1e6))] }, /providers\.0: must have an id/],
    ['two of one id', { providers: [a, fake('a')] }, /two have the id a/],
    [
      'a route to nobody',
      { providers: [a], routes: [{ providers: ['b'] }] },
      /routes\.0\.providers: there is no provider b/,
    ],
    ['a country in words', { providers: [a], routes: [{ countries: ['China'], providers: ['a'] }] }, /ISO 3166-1/],
    [
      'a plus in a calling code',
      { providers: [a], routes: [{ callingCodes: ['+86'], providers: ['a'] }] },
      /without a plus/,
    ],
    ['a country that is none', { providers: [a], routes: [{ countries: ['UK'], providers: ['a'] }] }, /GB/],
    [
      'a provider without a weight',
      {
        providers: [a, fake('toString')],
        routes: [{ providers: ['a', 'toString'], strategy: 'weighted', weights: { a: 1 } }],
      },
      /a weight for each/,
    ],
    ['a provider that sends nothing known', { providers: [{ ...fake('a'), sends: null }] }, /providers\.0: must be/],
    [
      'a store that is none',
      { providers: [a], stores: { messages: {} } },
      /stores\.messages: must be a MessageStore.*forget/,
    ],
    ['keys that end before their calls', { providers: [a], idempotency: { ttlMs: 10_000 } }, /ttlMs: must be more/],
    ['weights without the strategy', { providers: [a], routes: [{ providers: ['a'], weights: { a: 1 } }] }, /weights/],
    [
      'half a weight',
      { providers: [a], routes: [{ providers: ['a'], strategy: 'weighted', weights: { a: 0.5 } }] },
      /whole number/,
    ],
    [
      'only weights of 0',
      { providers: [a], routes: [{ providers: ['a'], strategy: 'weighted', weights: { a: 0 } }] },
      /above 0/,
    ],
    ['no attempts', { providers: [a], maxAttempts: 0 }, /maxAttempts: must be/],
    ['a misspelt option', { providers: [a], maxAttempt: 3 }, /maxAttempt/],
    ['a breaker that cannot work', { providers: [a], breaker: { openMs: -1 } }, /openMs/],
  ])('%s: refused, naming the field', (_name, options, message) => {
    expect(() => createSmsClient(options as SmsClientOptions)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringMatching(message) }),
    );
  });
});

describe('a signal of another realm', () => {
  it('ends a call like any other', async () => {
    const events = new EventTarget();
    // What Jest with jsdom gives: everything but the class.
    const signal = {
      aborted: false,
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
    };
    const hung = fake('a', [() => new Promise(() => {})]);
    const sending = failureOf(client([hung]).send({ to, text: 'hello', signal: signal as unknown as AbortSignal }));
    await vi.waitUntil(() => hung.sent.length === 1);
    signal.aborted = true;
    events.dispatchEvent(new Event('abort'));
    expect(await sending).toMatchObject({ code: 'aborted', outcome: 'unknown' });
  });

  it.each([{}, { aborted: false }, { aborted: 'no', addEventListener() {}, removeEventListener() {} }, 'now', null])(
    'is not just anything: %j',
    async (signal) => {
      const error = await failureOf(client([fake('a')]).send({ to, text: 'hello', signal: signal as never }));
      expect(error).toMatchObject({ code: 'invalid_request', message: 'send(): signal must be an AbortSignal.' });
    },
  );
});

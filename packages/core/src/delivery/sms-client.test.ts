import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import { isSmsError, type SmsError } from '../errors/sms-error.js';
import { accepted, notSent, refused, unknown } from '../provider-kit/outcomes.js';
import type { SmsEvents } from '../telemetry/events.js';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';
import type { SendRequest } from './send-request.js';
import { createSmsClient } from './sms-client.js';
import type { SmsClientOptions } from './sms-client-options.js';

type Answer = SendOutcome | ((message: OutboundMessage, context: CallContext) => Promise<SendOutcome>);

interface FakeProvider extends SmsProvider {
  readonly sent: OutboundMessage[];
  readonly contexts: CallContext[];
  closed: number;
}

/** Gives its answers in order; the last one again and again. */
function fake(id: string, answers: Answer[] = [accepted()], sends = { text: true, template: true }): FakeProvider {
  const sent: OutboundMessage[] = [];
  const contexts: CallContext[] = [];
  return {
    specification: 'v1',
    id,
    sends,
    verification: null,
    sent,
    contexts,
    closed: 0,
    async send(message, context) {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? accepted();
      sent.push(message);
      contexts.push(context);
      return typeof answer === 'function' ? answer(message, context) : answer;
    },
    async close() {
      this.closed += 1;
    },
  };
}

const clients: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  vi.useRealTimers();
});

function client(providers: SmsProvider[], options: Partial<SmsClientOptions> = {}) {
  const made = createSmsClient({ providers, ...options });
  clients.push(made);
  return made;
}

const to = '+8613800138000';
const hello = { to, text: 'canary text' };

async function failureOf(sending: Promise<unknown>): Promise<SmsError> {
  try {
    await sending;
  } catch (error) {
    if (isSmsError(error)) return error;
    throw error;
  }
  throw new Error('The message was accepted.');
}

const down = notSent('network_error', 'Nobody listens.');
const lost = unknown('timeout', 'No answer came.');
const broke = refused('insufficient_balance', 'No money.', { providerCode: '470' });
const wrongNumber = refused('invalid_phone_number', 'No such number.');

describe('a message', () => {
  it('goes to the first provider, and the receipt says so', async () => {
    const a = fake('a', [accepted('id-1')]);
    const b = fake('b');
    const receipt = await client([a, b]).send(hello);
    expect(receipt).toEqual({
      provider: 'a',
      reference: 'id-1',
      attempts: [{ provider: 'a', outcome: 'accepted', durationMs: expect.any(Number) }],
    });
    expect(a.sent).toEqual([{ kind: 'text', to: expect.objectContaining({ e164: to }), text: 'canary text' }]);
    expect(b.sent).toEqual([]);
  });

  it.each<[string, SendOutcome]>([
    ['was certainly not sent', down],
    ['was refused for a reason of the provider', broke],
    ['was rate limited', refused('rate_limited', 'Slow down.')],
    ['met an open circuit', notSent('circuit_open', 'Open.')],
  ])('goes to the next provider when it %s', async (_name, failure) => {
    const a = fake('a', [failure]);
    const b = fake('b');
    const receipt = await client([a, b]).send(hello);
    expect(receipt.provider).toBe('b');
    expect(receipt.attempts.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual([
      `a ${failure.outcome}`,
      'b accepted',
    ]);
  });

  it.each<[string, SendOutcome, string]>([
    ['its own fault', wrongNumber, 'invalid_phone_number'],
    ['its recipient’s wish', refused('recipient_blocked', 'Opted out.'), 'recipient_blocked'],
    ['an outcome that nobody knows', lost, 'timeout'],
  ])('stops at %s', async (_name, failure, code) => {
    const a = fake('a', [failure]);
    const b = fake('b');
    const error = await failureOf(client([a, b]).send(hello));
    expect(error).toMatchObject({ code, outcome: failure.outcome, provider: 'a' });
    expect(b.sent).toEqual([]);
  });

  it('that may arrive twice goes on after an unknown outcome, once', async () => {
    const providers = [fake('a', [lost]), fake('b', [lost]), fake('c')];
    const error = await failureOf(client(providers).send({ ...hello, onUnknown: 'failover' }));
    expect(error).toMatchObject({ outcome: 'unknown', attempts: [{ provider: 'a' }, { provider: 'b' }] });
    const configured = client([fake('a', [lost]), fake('b')], { onUnknown: { message: 'failover' } });
    expect(await configured.send(hello)).toMatchObject({ provider: 'b' });
  });

  it('whose outcome was unknown once stays unknown, whatever comes after', async () => {
    const providers = [fake('a', [lost]), fake('b', [wrongNumber])];
    const error = await failureOf(client(providers).send({ ...hello, onUnknown: 'failover' }));
    expect(error).toMatchObject({ code: 'invalid_phone_number', outcome: 'unknown' });
  });

  it('makes no more attempts than allowed', async () => {
    const providers = ['a', 'b', 'c', 'd'].map((id) => fake(id, [down]));
    const error = await failureOf(client(providers, { maxAttempts: 2 }).send(hello));
    expect(error).toMatchObject({ code: 'all_providers_failed', outcome: 'not-sent', attempts: { length: 2 } });
    expect(error.message).toContain('maxAttempts');
    expect(providers.map(({ sent }) => sent.length)).toEqual([1, 1, 0, 0]);
  });

  it('does not outspend the retry budget', async () => {
    const a = fake('a', [down]);
    const b = fake('b');
    const sms = client([a, b], { retryBudget: { ratio: 0, burst: 0 } });
    const error = await failureOf(sms.send(hello));
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not-sent' });
    expect(error.message).toContain('retry budget');
  });

  it('is refused before anybody is asked when all that failed is told in one error', async () => {
    const error = await failureOf(client([fake('a', [broke]), fake('b', [down])]).send(hello));
    expect(error).toMatchObject({
      code: 'all_providers_failed',
      outcome: 'refused',
      attempts: [
        { provider: 'a', outcome: 'refused', code: 'insufficient_balance', providerCode: '470' },
        { provider: 'b', outcome: 'not-sent', code: 'network_error' },
      ],
    });
    const shown = inspect(error) + JSON.stringify(error);
    expect(shown).toMatch(/1 {2}a {2}refused +insufficient_balance +470/);
    for (const secret of ['canary', '13800138000']) expect(shown).not.toContain(secret);
  });
});

describe('a provider with a bug', () => {
  it.each<[string, Answer]>([
    [
      'throws',
      async () => {
        throw new TypeError('canary');
      },
    ],
    ['answers nothing', (async () => undefined) as unknown as Answer],
  ])('that %s makes the outcome unknown, and says whose bug it is', async (_name, answer) => {
    const error = await failureOf(client([fake('a', [answer]), fake('b')]).send(hello));
    expect(error).toMatchObject({ outcome: 'unknown', provider: 'a' });
    expect(error.message).toMatch(/bug/);
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
  });
});

describe('the time', () => {
  it('of one call is shared by its attempts', async () => {
    vi.useFakeTimers();
    const slow: Answer = (_message, { deadline }) =>
      new Promise((resolve) => setTimeout(() => resolve(deadline.ended === undefined ? down : lost), 60));
    const a = fake('a', [slow]);
    const b = fake('b', [slow]);
    const sending = failureOf(client([a, b]).send({ ...hello, deadlineMs: 100 }));
    await vi.advanceTimersByTimeAsync(60);
    expect(b.contexts[0]?.deadline.remainingMs()).toBe(40);
    await vi.advanceTimersByTimeAsync(60);
    expect(await sending).toMatchObject({ outcome: 'unknown', attempts: { length: 2 } });
  });

  it('of a provider that ignores it ends all the same', async () => {
    vi.useFakeTimers();
    const hanging: Answer = () => new Promise(() => {});
    const sending = failureOf(client([fake('a', [hanging]), fake('b')]).send({ ...hello, deadlineMs: 100 }));
    await vi.advanceTimersByTimeAsync(150);
    expect(await sending).toMatchObject({ code: 'timeout', outcome: 'unknown', provider: 'a' });
  });

  it('ends with the caller’s signal', async () => {
    const controller = new AbortController();
    const aborting: Answer = async () => {
      controller.abort();
      return notSent('aborted', 'Aborted.');
    };
    const b = fake('b');
    const error = await failureOf(client([fake('a', [aborting]), b]).send({ ...hello, signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not-sent' });
    expect(b.sent).toEqual([]);
  });
});

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
    const b = fake('b', [accepted()], { text: true, template: false });
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

  it('that a provider of a route cannot render is an error when the client is made', () => {
    const onlyTemplates = fake('c', [], { text: false, template: true });
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
    ['an empty via', { to, text: 'x', via: [] }, /via/],
    ['an unknown provider', { to, text: 'x', via: ['z'] }, /no provider z; there are a/],
    ['a key that is too long', { to, text: 'x', idempotencyKey: 'k'.repeat(256) }, /idempotencyKey/],
    ['a signal that is none', { to, text: 'x', signal: {} }, /signal/],
    ['an endless deadline', { to, text: 'x', deadlineMs: Number.POSITIVE_INFINITY }, /deadline/],
    ['an unknown policy', { to, text: 'x', onUnknown: 'retry' }, /onUnknown/],
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

describe('options that cannot work', () => {
  const a = fake('a');
  it.each<[string, unknown, RegExp]>([
    ['no providers', { providers: [] }, /providers: must name at least one/],
    ['no provider', { providers: [{}] }, /providers\.0: must be a provider/],
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

describe('routes', () => {
  it('choose by destination, and a destination without one is an error', async () => {
    const sms = client([fake('a'), fake('b')], {
      routes: [
        { countries: ['CN'], providers: ['a'] },
        { callingCodes: ['44'], providers: ['b'] },
      ],
    });
    expect((await sms.send(hello)).provider).toBe('a');
    expect((await sms.send({ ...hello, to: '+442079460958' })).provider).toBe('b');
    expect(await failureOf(sms.send({ ...hello, to: '+12025550123' }))).toMatchObject({ code: 'no_route' });
  });

  it('with weights are exact over a cycle', async () => {
    const providers = [fake('a'), fake('b')];
    const sms = client(providers, {
      routes: [{ providers: ['a', 'b'], strategy: 'weighted', weights: { a: 3, b: 1 } }],
    });
    for (let i = 0; i < 40; i += 1) await sms.send(hello);
    expect(providers.map(({ sent }) => sent.length)).toEqual([30, 10]);
  });

  it('leave out who cannot send the message, and say so if that is everybody', async () => {
    const templatesOnly = fake('a', [accepted()], { text: false, template: true });
    expect((await client([templatesOnly, fake('b')]).send(hello)).provider).toBe('b');
    expect(await failureOf(client([templatesOnly]).send(hello))).toMatchObject({ code: 'unsupported_message' });
  });

  it('give way to via', async () => {
    const receipt = await client([fake('a'), fake('b'), fake('c', [down])]).send({ ...hello, via: ['c', 'b'] });
    expect(receipt.attempts.map(({ provider }) => provider)).toEqual(['c', 'b']);
  });
});

describe('circuits', () => {
  const breaker = { minimumCalls: 3, openMs: 1_000, random: () => 0.5 };

  it('that are open are passed over, and recover by a probe', async () => {
    vi.useFakeTimers();
    const a = fake('a', [down, down, down, accepted()]);
    const sms = client([a, fake('b')], { breaker });
    for (let i = 0; i < 3; i += 1) await sms.send(hello);
    expect(sms.health()['a']).toMatchObject({ circuit: 'open', failures: 3, lastFailure: { code: 'network_error' } });
    expect((await sms.send(hello)).attempts).toMatchObject([{ provider: 'b' }]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(sms.health()['a']?.circuit).toBe('half-open');
    expect((await sms.send(hello)).provider).toBe('a');
    expect(sms.health()['a']?.circuit).toBe('closed');
  });

  it('are never opened by wrong numbers, and opened by an empty account', async () => {
    const wrong = fake('a', [wrongNumber]);
    const sms = client([wrong], { breaker });
    for (let i = 0; i < 100; i += 1) await failureOf(sms.send(hello));
    expect(sms.health()['a']?.circuit).toBe('closed');
    const empty = client([fake('a', [broke])], { breaker });
    for (let i = 0; i < 3; i += 1) await failureOf(empty.send(hello));
    expect(empty.health()['a']?.circuit).toBe('open');
  });

  it('all open: an ordinary message is not sent; one that may arrive twice probes the least bad', async () => {
    const a = fake('a', [down, down, down, accepted()]);
    const sms = client([a], { breaker });
    for (let i = 0; i < 3; i += 1) await failureOf(sms.send(hello));
    expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'circuit_open', outcome: 'not-sent' });
    expect(await sms.send({ ...hello, onUnknown: 'failover' })).toMatchObject({ provider: 'a' });
    expect(sms.health()['a']?.circuit).toBe('closed');
  });
});

describe('events', () => {
  it('tell every attempt, the end of the call and the circuits, with masked numbers only', async () => {
    const told: unknown[] = [];
    const sms = client([fake('a', [broke]), fake('b')], { breaker: { minimumCalls: 1 } });
    for (const name of ['attempt', 'settled', 'circuit'] as const) sms.on(name, (event) => told.push([name, event]));
    await sms.send(hello);
    expect(told).toEqual([
      ['circuit', { provider: 'a', from: 'closed', to: 'open' }],
      [
        'attempt',
        {
          provider: 'a',
          attempt: 1,
          to: '+86*******8000',
          outcome: 'refused',
          code: 'insufficient_balance',
          providerCode: '470',
          durationMs: expect.any(Number),
        },
      ],
      ['attempt', expect.objectContaining({ provider: 'b', attempt: 2, outcome: 'accepted' })],
      [
        'settled',
        {
          provider: 'b',
          attempts: 2,
          to: '+86*******8000',
          outcome: 'accepted',
          code: undefined,
          durationMs: expect.any(Number),
        },
      ],
    ]);
    expect(JSON.stringify(told)).not.toMatch(/canary|13800138000/);
  });

  it('change nothing when a listener throws, and stop when it is disposed of', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const sms = client([fake('a')]);
    const heard: SmsEvents['attempt'][] = [];
    const throwing = sms.on('attempt', () => {
      throw new Error('canary');
    });
    const listening = sms.on('attempt', (event) => heard.push(event));
    expect((await sms.send(hello)).provider).toBe('a');
    expect(heard.length).toBe(1);
    expect(warnings.mock.calls.join()).toMatch(/listener/);
    expect(warnings.mock.calls.join()).not.toContain('canary');
    throwing[Symbol.dispose]();
    listening[Symbol.dispose]();
    await sms.send(hello);
    expect(heard.length).toBe(1);
    expect(warnings.mock.calls.length).toBe(1);
    warnings.mockRestore();
  });
});

describe('an idempotency key', () => {
  const keyed = { ...hello, idempotencyKey: 'order-42' };

  it('sends once and replays the receipt, later and at the same time', async () => {
    const a = fake('a', [accepted('id-1')]);
    const sms = client([a]);
    const receipts = await Promise.all([
      sms.send(keyed),
      sms.send(keyed),
      sms.send({ ...keyed, to: '+86 138 0013 8000' }),
    ]);
    receipts.push(await sms.send(keyed));
    expect(a.sent.length).toBe(1);
    expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
    expect(a.contexts[0]?.idempotencyKey).toBe('order-42');
  });

  it('of another message is an error, later and at the same time', async () => {
    const a = fake('a');
    const sms = client([a]);
    const other = { ...keyed, text: 'other' };
    const [, error] = await Promise.allSettled([sms.send(keyed), sms.send(other)]);
    expect(error).toMatchObject({
      reason: { code: 'invalid_request', message: expect.stringContaining('idempotencyKey') },
    });
    expect(await failureOf(sms.send(other))).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    expect(a.sent.length).toBe(1);
  });

  it('of an unknown outcome stays unknown and is never sent again', async () => {
    const a = fake('a', [lost, accepted()]);
    const sms = client([a]);
    const first = await failureOf(sms.send(keyed));
    const second = await failureOf(sms.send(keyed));
    expect(second.toJSON()).toEqual(first.toJSON());
    expect(a.sent.length).toBe(1);
  });

  it('of a message that was not sent is free again', async () => {
    const a = fake('a', [down, accepted()]);
    const sms = client([a]);
    expect(await failureOf(sms.send(keyed))).toMatchObject({ outcome: 'not-sent' });
    expect((await sms.send(keyed)).provider).toBe('a');
  });

  it('of a process that died is unknown, and not sent again', async () => {
    const store = new MemoryIdempotencyStore();
    const hanging = createSmsClient({ providers: [fake('a', [() => new Promise(() => {})])], idempotency: { store } });
    const dying = failureOf(hanging.send({ ...keyed, deadlineMs: 60_000 }));
    const b = fake('b');
    const error = await failureOf(client([b], { idempotency: { store } }).send(keyed));
    expect(error).toMatchObject({ code: 'resend_too_soon', outcome: 'unknown' });
    expect(b.sent).toEqual([]);
    expect(await Promise.race([dying, Promise.resolve('still hanging')])).toBe('still hanging');
  });

  it('whose store fails before the send sends nothing; after it, changes nothing', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const failing = async () => {
      throw new Error('canary');
    };
    const a = fake('a');
    const store = { reserve: failing, finish: failing, release: failing };
    const error = await failureOf(client([a], { idempotency: { store } }).send(keyed));
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not-sent' });
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
    expect(a.sent).toEqual([]);
    const reserve = async () => ({ state: 'reserved', token: 't' }) as const;
    const receipt = await client([a], { idempotency: { store: { ...store, reserve } } }).send(keyed);
    expect(receipt.provider).toBe('a');
    expect(warnings.mock.calls.join()).toMatch(/could not record/);
    warnings.mockRestore();
  });

  it('whose store hangs does not hold the call past its deadline', async () => {
    const hang = () => new Promise<never>(() => {});
    const a = fake('a');
    const sms = client([a], { idempotency: { store: { reserve: hang, finish: hang, release: hang } } });
    expect(await failureOf(sms.send({ ...keyed, deadlineMs: 20 }))).toMatchObject({ outcome: 'not-sent' });
    expect(a.sent).toEqual([]);
  });
});

describe('a batch', () => {
  it('gives a result for each message; a bad number stops nothing', async () => {
    const numbers = ['+8613800138000', '138', '+8613800138001'];
    const results = [];
    for await (const result of client([fake('a')]).sendMany(numbers.map((number) => ({ to: number, text: 'x' })))) {
      results[result.index] = result.status === 'accepted' ? result.receipt.provider : result.error.code;
    }
    expect(results).toEqual(['a', 'invalid_phone_number', 'a']);
  });
});

describe('close', () => {
  it('waits for what is under way, closes the providers once, and refuses later calls', async () => {
    let finish = (_outcome: SendOutcome) => {};
    const a = fake('a', [
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    ]);
    const sms = createSmsClient({ providers: [a] });
    const sending = sms.send(hello);
    const closing = sms.close();
    expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'aborted', outcome: 'not-sent' });
    expect(a.closed).toBe(0);
    finish(accepted());
    expect((await sending).provider).toBe('a');
    await Promise.all([closing, sms.close(), sms[Symbol.asyncDispose]()]);
    expect(a.closed).toBe(1);
  });
});

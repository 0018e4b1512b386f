import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import type { SmsEvents } from '../telemetry/events.js';
import { broke, client, down, failureOf, fake, hello, wrongNumber } from './sms-client.test.fixture.js';

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

  it('share what a dead provider would have had among all the others', async () => {
    const providers = [fake('a', [broke]), fake('b'), fake('c')];
    const sms = client(providers, {
      routes: [{ providers: ['a', 'b', 'c'], strategy: 'round-robin' }],
      breaker: { minimumCalls: 1 },
    });
    for (let call = 0; call < 61; call += 1) await sms.send(hello);
    const [, b, c] = providers.map(({ sent }) => sent.length);
    expect([b, c].sort()).toEqual([30, 31]);
  });

  it('leave out who cannot send the message, and say so if that is everybody', async () => {
    const templatesOnly = fake('a', [accepted()], { text: false, template: true, senderId: false });
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
          id: expect.any(String),
          kind: 'message',
          purpose: undefined,
          provider: 'a',
          attempt: 1,
          to: '+86*******8000',
          outcome: 'refused',
          code: 'insufficient_balance',
          providerCode: '470',
          transportCode: undefined,
          durationMs: expect.any(Number),
        },
      ],
      ['attempt', expect.objectContaining({ provider: 'b', attempt: 2, outcome: 'accepted' })],
      [
        'settled',
        {
          id: expect.any(String),
          kind: 'message',
          purpose: undefined,
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

  it('tell of a message without a route, and show no whole number in a vendor code', async () => {
    const sms = client([fake('a', [refused('rate_limited', 'No.', { providerCode: '+8613800138000' })])], {
      routes: [{ countries: ['CN'], providers: ['a'] }],
    });
    const told: unknown[] = [];
    for (const name of ['attempt', 'settled'] as const) sms.on(name, (event) => told.push(event));
    await failureOf(sms.send({ ...hello, to: '+442079460958' }));
    expect(told).toMatchObject([{ outcome: 'not-sent', code: 'no_route', attempts: 0, provider: undefined }]);
    await failureOf(sms.send(hello));
    expect(JSON.stringify([told, sms.health()])).not.toContain('13800138000');
  });

  it('change nothing when a listener throws something odd', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const sms = client([fake('a')]);
    const odd = Object.assign(new Error('canary'), { name: Symbol('canary') });
    sms.on('attempt', () => {
      throw odd;
    });
    sms.on('attempt', (async () => {
      throw odd;
    }) as () => void);
    expect((await sms.send(hello)).provider).toBe('a');
    await new Promise(setImmediate);
    // Both at once: told once, and never in the words of the error.
    expect(warnings.mock.calls).toEqual([['A listener of the event "attempt" threw (Error)', 'PolysmsWarning']]);
    warnings.mockRestore();
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
    expect(warnings.mock.calls.join()).toMatch(
      /A listener of the event "attempt" threw \(Error at .*sms-client-routes\.test\.ts:\d+/,
    );
    expect(warnings.mock.calls.join()).not.toContain('canary');
    throwing[Symbol.dispose]();
    listening[Symbol.dispose]();
    await sms.send(hello);
    expect(heard.length).toBe(1);
    expect(warnings.mock.calls.length).toBe(1);
    warnings.mockRestore();
  });
});

describe('why the network failed', () => {
  it('stands in every attempt, every event and the health of the provider', async () => {
    const refusedConnection = notSent('network_error', 'The request could not be sent.', {
      cause: Object.assign(new Error('canary'), { code: 'ECONNREFUSED' }),
    });
    const sms = client([fake('a', [refusedConnection]), fake('b', [refusedConnection, accepted()])]);
    const told: (string | undefined)[] = [];
    sms.on('attempt', ({ transportCode }) => told.push(transportCode));
    const error = await failureOf(sms.send(hello));
    expect(error.attempts.map(({ transportCode }) => transportCode)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    expect(error.message).toContain('a: not-sent, network_error (ECONNREFUSED); b:');
    expect((await sms.send(hello)).attempts[0]).toMatchObject({ provider: 'a', transportCode: 'ECONNREFUSED' });
    expect(told).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED', undefined]);
    expect(sms.health()['a']?.lastFailure?.transportCode).toBe('ECONNREFUSED');
    expect(inspect([error.toJSON(), sms.health()], { depth: 9 })).not.toContain('canary');
  });
});

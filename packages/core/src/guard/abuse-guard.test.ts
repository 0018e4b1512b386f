import { describe, expect, it, vi } from 'vitest';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { EventHub } from '../telemetry/events.js';
import type { GuardedRequest } from './abuse-guard.js';
import { dayMs, errorOf, guardWith, hourMs, RecordingLimitStore, requestTo, unlimited } from './guard.test.fixture.js';
import type { LimitScope } from './limit-store.js';

const to = '+8613800138000';
const neighbour = '+8613800138001';
const ip = '192.0.2.1';
const deadline = new ManualDeadline();

const defaultUnits = [
  'ip:192.0.2.1 10/3600',
  'ip:192.0.2.1 30/86400',
  'phone:+8613800138000 1/60',
  'phone:+8613800138000 5/3600',
  'phone:+8613800138000 10/86400',
  'prefix:+861380013**** 20/3600',
  'global 1000/3600',
];

describe('limits', () => {
  it('are all asked for at once, from the person to the widest, of each the shortest window first', async () => {
    const store = new RecordingLimitStore();
    await guardWith({}, { store }).guard.admit(requestTo(to, { ip }), deadline);
    expect(store.calls).toStrictEqual([{ method: 'takeAll', units: defaultUnits }]);
  });

  it('hold nothing of others for a request that one of them refuses, and tell the longest wait', async () => {
    const store = new RecordingLimitStore();
    const phone = [
      { max: 1, windowMs: 60_000 },
      { max: 1, windowMs: hourMs },
    ];
    const limits = {
      phone,
      ip: [{ max: 2, windowMs: dayMs }],
      prefix: [{ max: 2, windowMs: 2 * hourMs }],
      global: [{ max: 3, windowMs: 2 * dayMs }],
    };
    const { guard, denials } = guardWith({ limits }, { store });
    await guard.admit(requestTo(to, { ip }), deadline);
    await guard.admit(requestTo('+8613900139000', { ip }), deadline);
    const deny = async (each: GuardedRequest, scope: LimitScope, longestMs: number) => {
      const before = new Map(store.taken);
      const { retryAfterMs = 0 } = await errorOf(guard.admit(each, deadline));
      expect([denials.at(-1)?.scope, store.taken]).toStrictEqual([scope, before]);
      expect(retryAfterMs).toBeGreaterThan(longestMs - 10_000);
    };
    await deny(requestTo(to), 'phone', hourMs);
    await deny(requestTo('+8613700137000', { ip }), 'ip', dayMs);
    await deny(requestTo(to, { ip }), 'ip', dayMs);
    await guard.admit(requestTo(neighbour), deadline);
    await deny(requestTo(neighbour), 'global', 2 * dayMs);
    expect(store.callsOf('refund')).toStrictEqual([]);
  });

  it('leave addresses alone when none is given', async () => {
    const store = new RecordingLimitStore();
    await guardWith({}, { store }).guard.admit(requestTo(to), deadline);
    const units = defaultUnits.filter((each) => !each.includes('ip:'));
    expect(store.calls).toStrictEqual([{ method: 'takeAll', units }]);
  });

  it('count by hashed numbers, prefixes and /64s when keys are hashed', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({ prefixOmitsDigits: 6 }, { store, keyOf: (text) => `<${text}>` });
    await guard.admit(requestTo(to, { ip: '2001:db8::1' }), deadline);
    const keys = store.calls.flatMap(({ units }) => units.map((unit) => unit.split(' ')[0]));
    expect([...new Set(keys)]).toStrictEqual([
      'ip:<2001:db8:0:0::/64>',
      'phone:<+8613800138000>',
      'prefix:<+8613800******>',
      'global',
    ]);
  });

  it('take nothing of a scope that has none', async () => {
    const store = new RecordingLimitStore();
    await guardWith({ limits: unlimited }, { store }).guard.admit(requestTo(to, { ip }), deadline);
    expect(store.calls).toStrictEqual([]);
  });
});

describe.each([
  { scope: 'global', max: 2, code: 'send_limit_exceeded', message: 'Too many sends in all' },
  { scope: 'prefix', max: 2, code: 'send_limit_exceeded', message: 'Too many sends to numbers with this prefix' },
  { scope: 'ip', max: 1, code: 'send_limit_exceeded', message: 'Too many sends for this client address' },
  { scope: 'phone', max: 2, code: 'send_limit_exceeded', message: 'Too many sends to this number' },
  { scope: 'phone', max: 1, code: 'resend_too_soon', message: 'It is too soon to send again to this number' },
] as const)('the limit $scope of $max', ({ scope, max, code, message }) => {
  it('refuses when it is used up, says where, and takes nothing', async () => {
    const store = new RecordingLimitStore();
    const wide = [{ max: 50, windowMs: dayMs }];
    const limits = { global: wide, prefix: wide, ip: wide, phone: wide, [scope]: [{ max, windowMs: hourMs }] };
    const { guard, denials } = guardWith({ limits }, { store });
    const request = requestTo(to, { ip, purpose: 'login', kind: 'message' });
    for (let send = 0; send < max; send += 1) await guard.admit(request, deadline);
    const before = new Map(store.taken);
    const error = await errorOf(guard.admit(request, deadline));
    expect(error).toMatchObject({ code, outcome: 'not-sent', retryAfterMs: expect.any(Number) });
    expect(error.message).toBe(`${message}: guard.limits.${scope} allows ${max} in 1 h. Nothing was sent.`);
    expect(error.retryAfterMs).toBeGreaterThan(hourMs - 60_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(hourMs);
    await guard.settled();
    expect(store.taken).toStrictEqual(before);
    const { retryAfterMs } = error;
    expect(denials).toStrictEqual([
      { kind: 'message', to: '+86*******8000', purpose: 'login', code, scope, retryAfterMs },
    ]);
  });
});

describe('a denial', () => {
  it.each([
    [60_000, '1 min'],
    [90_000, '90 s'],
    [2 * hourMs, '2 h'],
    [7 * dayMs, '7 d'],
  ])('says a window of %d ms as %s', async (windowMs, words) => {
    const { guard } = guardWith({ limits: { ...unlimited, global: [{ max: 1, windowMs }] } });
    await guard.admit(requestTo(to), deadline);
    expect((await errorOf(guard.admit(requestTo(to), deadline))).message).toContain(`allows 1 in ${words}.`);
  });

  it('says a large allowance so that it can be read', async () => {
    const store = new RecordingLimitStore();
    store.takeAll = async () => ({ taken: false, index: 0, retryAfterMs: 5 });
    const { guard } = guardWith({ limits: { ...unlimited, global: [{ max: 1e9, windowMs: 1000 }] } }, { store });
    expect((await errorOf(guard.admit(requestTo(to), deadline))).message).toContain('allows 1,000,000,000 in 1 s.');
  });

  it.each([
    [0.5, 1],
    [0, 0],
    [60_000, 60_000],
    [60_001, 60_000],
    [-1, 60_000],
    [Number.NaN, 60_000],
    [undefined, 60_000],
  ])('makes of the store’s wait %d one of %d ms', async (retryAfterMs, waited) => {
    const store = new RecordingLimitStore();
    store.takeAll = async () => ({ taken: false, index: 0, retryAfterMs: retryAfterMs as number });
    const { guard } = guardWith({ limits: { ...unlimited, phone: [{ max: 1, windowMs: 60_000 }] } }, { store });
    expect(await errorOf(guard.admit(requestTo(to), deadline))).toMatchObject({
      code: 'resend_too_soon',
      retryAfterMs: waited,
    });
  });

  it('is not even put in words when nobody listens', async () => {
    const events = new EventHub();
    const emit = vi.spyOn(events, 'emit');
    const { guard } = guardWith({ destinations: { countries: ['US'] } }, { events });
    await errorOf(guard.admit(requestTo(to), deadline));
    expect(emit).not.toHaveBeenCalled();
  });

  it.each(['010.0.0.1', '192.0.2.1:80', 'fe80::1%eth0', '192.0.2'])(
    'of the address %s is a malformed call',
    async (bad) => {
      const store = new RecordingLimitStore();
      const { guard, denials } = guardWith({ limits: { ...unlimited, ip: false } }, { store });
      const error = await errorOf(guard.admit(requestTo(to, { ip: bad }), deadline));
      expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
      expect(error.message).toMatch(/^ip: /);
      expect([denials, store.calls]).toStrictEqual([[], []]);
    },
  );
});

describe('destinations', () => {
  const routes = [{ countries: ['CN'] }, { callingCodes: ['852'] }];

  it('are those of the routes', async () => {
    const { guard, denials } = guardWith({}, { routes });
    await guard.admit(requestTo(to), deadline);
    await guard.admit(requestTo('+85251234567'), deadline);
    const error = await errorOf(guard.admit(requestTo('+12025550123'), deadline));
    expect(error).toMatchObject({ code: 'destination_not_allowed', outcome: 'not-sent', retryAfterMs: undefined });
    expect(error.message).toBe(
      'US (+1) may not be written to: no route names it. Add it to one, or set guard.destinations. Nothing was sent.',
    );
    expect(denials).toMatchObject([{ scope: 'destination', code: 'destination_not_allowed' }]);
  });

  it('are those of the options, whatever the routes say', async () => {
    const { guard } = guardWith({ destinations: { callingCodes: ['1'] } }, { routes });
    await guard.admit(requestTo('+12025550123'), deadline);
    expect((await errorOf(guard.admit(requestTo(to), deadline))).message).toContain(
      'guard.destinations does not name it',
    );
    expect((await errorOf(guard.admit(requestTo('+881612345678'), deadline))).message).toContain('Calling code +881');
  });

  it('are everywhere if the options say so', async () => {
    const { guard } = guardWith({ destinations: 'any' }, { routes });
    await guard.admit(requestTo('+12025550123'), deadline);
  });

  it('take nothing of a limit when they refuse', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({}, { store, routes: [] });
    await errorOf(guard.admit(requestTo(to), deadline));
    expect(store.calls).toStrictEqual([]);
  });
});

describe('an admission', () => {
  it('gives everything back, and nothing twice', async () => {
    const store = new RecordingLimitStore();
    const limits = { ...unlimited, phone: [{ max: 1, windowMs: dayMs }], global: [{ max: 3, windowMs: dayMs }] };
    const { guard } = guardWith({ limits }, { store });
    const admission = await guard.admit(requestTo(to), deadline);
    for (const other of ['+8613800138001', '+8613800138002']) await guard.admit(requestTo(other), deadline);
    admission.refund();
    await guard.settled();
    expect(store.calls.at(-1)).toStrictEqual({ method: 'refund', units: [`phone:${to} 1/86400`, 'global 3/86400'] });
    await guard.admit(requestTo(to), deadline);
    admission.refund();
    await guard.settled();
    expect((await errorOf(guard.admit(requestTo(to), deadline))).code).toBe('resend_too_soon');
    const fresh = requestTo('+8613800138003');
    expect((await errorOf(guard.admit(fresh, deadline))).code).toBe('send_limit_exceeded');
  });

  it('that comes late gives nothing to the next window', async () => {
    vi.useFakeTimers();
    const { guard } = guardWith({ limits: { ...unlimited, global: [{ max: 1, windowMs: 1000 }] } });
    const admission = await guard.admit(requestTo(to), deadline);
    vi.advanceTimersByTime(1000);
    await guard.admit(requestTo(to), deadline);
    admission.refund();
    await guard.settled();
    expect((await errorOf(guard.admit(requestTo(to), deadline))).code).toBe('send_limit_exceeded');
    vi.useRealTimers();
  });

  it('gives back in the background: the caller does not wait, closing does', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({ limits: { ...unlimited, global: [{ max: 1, windowMs: 1000 }] } }, { store });
    const admission = await guard.admit(requestTo(to), deadline);
    let answer = () => {};
    store.before = () => new Promise<void>((resolve) => (answer = resolve));
    admission.refund();
    let isSettled = false;
    const settled = guard.settled().then(() => (isSettled = true));
    await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    answer();
    await settled;
    expect(store.taken.size).toBe(0);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { EventHub } from '../telemetry/event-hub.js';
import {
  dayMs,
  errorOf,
  guardWith,
  hourMs,
  ManualDeadline,
  RecordingLimitStore,
  requestTo,
  unlimited,
} from './guard.test.fixture.js';

const to = '+8613800138000';
const neighbour = '+8613800138001';
const ip = '192.0.2.1';
const deadline = new ManualDeadline();

const defaultTakes = [
  'take global 1000/3600',
  'take prefix:+861380013**** 20/3600',
  'take ip:192.0.2.1 10/3600',
  'take ip:192.0.2.1 30/86400',
  'take phone:+8613800138000 1/60',
  'take phone:+8613800138000 5/3600',
  'take phone:+8613800138000 10/86400',
];

describe('limits', () => {
  it('are taken from the widest to the phone, of each the shortest window first', async () => {
    const store = new RecordingLimitStore();
    await guardWith({}, { store }).guard.admit(requestTo(to, { ip }), deadline);
    expect(store.log).toStrictEqual(defaultTakes);
  });

  it('are taken one after the other', async () => {
    const store = new RecordingLimitStore();
    let underWay = 0;
    let most = 0;
    store.before = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
    };
    await guardWith({}, { store }).guard.admit(requestTo(to, { ip }), deadline);
    expect([most, store.calls.length]).toStrictEqual([1, 7]);
  });

  it('hold nothing of others for a request that its phone or its address refuses, and tell the longest wait', async () => {
    const store = new RecordingLimitStore();
    const phone = [
      { max: 1, windowMs: 60_000 },
      { max: 1, windowMs: hourMs },
    ];
    const { guard, denials } = guardWith({ limits: { phone, ip: [{ max: 2, windowMs: dayMs }] } }, { store });
    await guard.admit(requestTo(to, { ip }), deadline);
    await guard.admit(requestTo(neighbour, { ip }), deadline);
    const taken = store.calls.length;
    for (const [each, scope, longestMs] of [
      [requestTo(to), 'phone', hourMs],
      [requestTo('+8613900139000', { ip }), 'ip', dayMs],
      [requestTo(to, { ip }), 'ip', dayMs],
    ] as const) {
      const { retryAfterMs = 0 } = await errorOf(guard.admit(each, deadline));
      expect(denials.at(-1)?.scope).toBe(scope);
      expect(retryAfterMs).toBeGreaterThan(longestMs - 10_000);
    }
    expect(store.calls).toHaveLength(taken);
  });

  it('leave addresses alone when none is given', async () => {
    const store = new RecordingLimitStore();
    await guardWith({}, { store }).guard.admit(requestTo(to), deadline);
    expect(store.log).toStrictEqual(defaultTakes.filter((each) => !each.includes('ip:')));
  });

  it('count by hashed numbers, prefixes and /64s when keys are hashed', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({ prefixOmitsDigits: 6 }, { store, keyOf: (text) => `<${text}>` });
    await guard.admit(requestTo(to, { ip: '2001:db8::1' }), deadline);
    expect([...new Set(store.calls.map(({ key }) => key))]).toStrictEqual([
      'global',
      'prefix:<+8613800******>',
      'ip:<2001:db8:0:0::/64>',
      'phone:<+8613800138000>',
    ]);
  });

  it('take nothing of a scope that has none', async () => {
    const store = new RecordingLimitStore();
    await guardWith({ limits: unlimited }, { store }).guard.admit(requestTo(to, { ip }), deadline);
    expect(store.log).toStrictEqual([]);
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
    store.take = async () => ({ taken: false, retryAfterMs: 5 });
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
    store.take = async () => ({ taken: false, retryAfterMs: retryAfterMs as number });
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
      expect([denials, store.log]).toStrictEqual([[], []]);
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
    expect(store.log).toStrictEqual([]);
  });
});

describe('an admission', () => {
  it('gives everything back, once', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({}, { store });
    const admission = await guard.admit(requestTo(to, { ip }), deadline);
    await guard.admit(requestTo(neighbour, { ip }), deadline);
    const before = store.calls.length;
    admission.giveBack();
    admission.giveBack();
    await guard.settled();
    admission.giveBack();
    await guard.settled();
    const given = store.log.slice(before);
    expect([...given].sort()).toStrictEqual(defaultTakes.map((each) => each.replace('take', 'giveBack')).sort());
    const again = store.calls.length;
    await guard.admit(requestTo(to, { ip }), deadline);
    expect(store.log.slice(again)).toStrictEqual(defaultTakes);
  });

  it('says how long ago each unit was taken, in whole milliseconds, never too long', async () => {
    const store = new RecordingLimitStore();
    const clock = { ms: 5_000.75 };
    store.before = () => {
      clock.ms += 10;
    };
    const limits = {
      ...unlimited,
      global: [{ max: 5, windowMs: dayMs }],
      phone: [{ max: 5, windowMs: hourMs }],
    };
    const { guard } = guardWith({ limits }, { store, now: () => clock.ms });
    const admission = await guard.admit(requestTo(to), deadline);
    clock.ms += 100.6;
    store.before = () => undefined;
    admission.giveBack();
    await guard.settled();
    expect(store.calls.slice(2)).toMatchObject([
      { method: 'giveBack', key: 'global', elapsedMs: 110 },
      { method: 'giveBack', key: `phone:${to}`, elapsedMs: 100 },
    ]);
  });

  it('gives back in the background: the caller does not wait, closing does', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({ limits: { ...unlimited, global: [{ max: 1, windowMs: 1000 }] } }, { store });
    const admission = await guard.admit(requestTo(to), deadline);
    let answer = () => {};
    store.before = () => new Promise<void>((resolve) => (answer = resolve));
    admission.giveBack();
    let isSettled = false;
    const settled = guard.settled().then(() => (isSettled = true));
    await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    answer();
    await settled;
    expect(store.taken.size).toBe(0);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { errorOf, guardWith, hourMs, RecordingLimitStore, requestTo, unlimited } from './guard.test.fixture.js';
import { MemoryLimitStore } from './memory-limit-store.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const addresses = isLong ? 100_000 : 10_000;
const to = '+8613800138000';
const neighbour = '+8613800138001';
const deadline = new ManualDeadline();

describe('many requests at once', () => {
  it('are admitted exactly as often as every limit allows', async () => {
    const store = new RecordingLimitStore();
    const windowMs = hourMs;
    const limits = {
      global: [{ max: 40, windowMs }],
      prefix: [{ max: 20, windowMs }],
      ip: [{ max: 10, windowMs }],
      phone: [{ max: 3, windowMs }],
    };
    const { guard } = guardWith({ limits }, { store });
    const requests = Array.from({ length: 600 }, (_, index) =>
      // Ten numbers in each of three prefixes, from five addresses.
      requestTo(`+8613${index % 3}001380${String((index * 7) % 10).padStart(2, '0')}`, { ip: `192.0.2.${index % 5}` }),
    );
    const results = await Promise.allSettled(requests.map((request) => guard.admit(request, deadline)));
    await guard.settled();
    const admitted = results.filter(({ status }) => status === 'fulfilled').length;
    expect(admitted).toBe(40);
    const counts = [...store.taken];
    for (const [scope, max] of [
      ['global', 40],
      ['prefix', 20],
      ['ip', 10],
      ['phone', 3],
    ] as const) {
      const taken = counts.flatMap(([key, count]) => (key.startsWith(scope) ? [count] : []));
      expect(Math.max(...taken)).toBeLessThanOrEqual(max);
      // What was refused has left nothing behind.
      expect(taken.reduce((sum, count) => sum + count)).toBe(40);
    }
  });
});

describe('a flood', () => {
  it(`of ${addresses} addresses that the prefix refuses leaves no key behind`, async () => {
    const store = new MemoryLimitStore();
    const { guard } = guardWith({ limits: { prefix: [{ max: 5, windowMs: hourMs }], global: false } }, { store });
    for (let send = 0; send < 5; send += 1) await guard.admit(requestTo(`+861380013800${send}`), deadline);
    const before = store.size;
    let refused = 0;
    for (let address = 0; address < addresses; address += 1) {
      const from = `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`;
      await guard.admit(requestTo(neighbour, { ip: from }), deadline).catch(() => {
        refused += 1;
      });
    }
    expect([refused, store.size]).toStrictEqual([addresses, before]);
  });

  it('of addresses that the phone refuses leaves no key behind either', async () => {
    const store = new MemoryLimitStore();
    const { guard } = guardWith({ limits: { prefix: false, global: false } }, { store });
    await guard.admit(requestTo(to), deadline);
    const before = store.size;
    for (let address = 0; address < 10_000; address += 1) {
      const from = `10.0.${(address >> 8) & 255}.${address & 255}`;
      await errorOf(guard.admit(requestTo(to, { ip: from }), deadline));
    }
    await guard.settled();
    expect(store.size).toBe(before);
  });

  it('that fills the store is refused, also with failOpen, and known keys are not', async () => {
    const store = new MemoryLimitStore({ maxKeys: 4 });
    const limits = { ...unlimited, global: [{ max: 100, windowMs: hourMs }], ip: [{ max: 2, windowMs: hourMs }] };
    const { guard, denials } = guardWith({ limits, failOpen: true }, { store });
    for (const last of [1, 2, 3]) await guard.admit(requestTo(to, { ip: `10.0.0.${last}` }), deadline);
    const error = await errorOf(guard.admit(requestTo(to, { ip: '10.0.0.4' }), deadline));
    expect(error).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('maxKeys') });
    expect(denials).toMatchObject([{ scope: 'store', code: 'store_unavailable' }]);
    await guard.admit(requestTo(to, { ip: '10.0.0.1' }), deadline);
    await guard.settled();
    expect(store.size).toBe(4);
  });
});

describe('approvals', () => {
  const phone = parsePhoneNumber(to);

  it('that fail to come raise the alarm for the prefix', () => {
    const clock = { ms: 0 };
    const { guard, alarms } = guardWith({ alarm: { minimumStarts: 2 } }, { now: () => clock.ms });
    guard.started(phone);
    guard.started(parsePhoneNumber(neighbour));
    clock.ms += 2 * 60_000;
    guard.approved(parsePhoneNumber('+12025550123'));
    expect(alarms).toStrictEqual([
      { prefix: '+861380013****', starts: 2, approvals: 0, approvalRatePercent: 0, windowMs: hourMs },
    ]);
  });

  it('are not watched if the option says so: not even the clock is read', () => {
    const now = vi.fn(() => 0);
    const { guard } = guardWith({ alarm: false }, { now });
    guard.started(phone);
    guard.approved(phone);
    expect(now).not.toHaveBeenCalled();
  });

  it('that come keep it quiet, and so does the option', () => {
    const clock = { ms: 0 };
    const quiet = guardWith({ alarm: false }, { now: () => clock.ms });
    const well = guardWith({ alarm: { minimumStarts: 1 } }, { now: () => clock.ms });
    for (const { guard } of [quiet, well]) guard.started(phone);
    well.guard.approved(phone);
    clock.ms += 2 * 60_000;
    for (const { guard } of [quiet, well]) guard.started(phone);
    expect([quiet.alarms, well.alarms]).toStrictEqual([[], []]);
  });
});

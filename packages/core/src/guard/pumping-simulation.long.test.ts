import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isSmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import type { GuardedRequest } from './abuse-guard.js';
import { dayMs, guardWith, unlimited } from './guard.test.fixture.js';
import type { GuardOptions } from './guard-options.js';
import type { LimitScope, LimitStore, LimitUnit, TakenUnit, TakeResult } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
/** The short suite has a tenth of the requests and numbers, and its limits, except for a phone, are a tenth as well. */
const sized = (count: number) => (isLong ? count : count / 10);
const requestCount = sized(100_000);
const numbers = Array.from({ length: sized(10_000) }, (_, last) =>
  parsePhoneNumber(`+861380013${String(last).padStart(4, '0')}`),
);
const deadline = new ManualDeadline();
const atOnce = 50;

/** Every number ten times, each from an address of its own choice; an address writes to every number at some time. */
const requests: readonly GuardedRequest[] = Array.from({ length: requestCount }, (_, index) => {
  const to = numbers[(index * 7919) % numbers.length];
  if (to === undefined) throw new Error('No such number.');
  const ip = `192.0.2.${(index + Math.floor(index / numbers.length)) % 100}`;
  return { kind: 'verification', to, ip, purpose: 'login', locale: undefined, screening: undefined };
});

/** Counts what is taken, by scope, over a memory store; down when the test says so. */
class CountingStore implements LimitStore {
  readonly isShared = false;
  readonly memory = new MemoryLimitStore();
  readonly taken: Record<LimitScope, number> = { global: 0, prefix: 0, ip: 0, phone: 0 };
  isDown = false;

  takeAll(units: readonly LimitUnit[]): TakeResult {
    if (this.isDown) throw new Error('down');
    const result = this.memory.takeAll(units);
    if (result.taken) for (const { key } of result.units) this.#count(key, 1);
    return result;
  }

  refund(units: readonly TakenUnit[]): void {
    if (this.isDown) throw new Error('down');
    for (const { key } of units) this.#count(key, -1);
    this.memory.refund(units);
  }

  #count(key: string, change: number): void {
    this.taken[key.split(':')[0] as LimitScope] += change;
  }
}

async function pump(options: GuardOptions, store: CountingStore, some: readonly GuardedRequest[] = requests) {
  const { guard } = guardWith({ alarm: false, ...options }, { store });
  const counts = new Map<string, number>();
  const pending = some.values();
  const client = async () => {
    for (const request of pending) {
      const result = await guard.admit(request, deadline).then(
        () => 'admitted',
        (error: unknown) => (isSmsError(error) ? error.code : 'other'),
      );
      counts.set(result, (counts.get(result) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  await guard.settled();
  return Object.fromEntries(counts);
}

const windowMs = dayMs;
const none = Number.POSITIVE_INFINITY;

// Half a million refusals: their stacks would take longer than all the rest.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});
afterEach(() => void vi.restoreAllMocks());

describe(`${requestCount} requests over ${numbers.length} numbers in one prefix from 100 addresses`, () => {
  it.each([
    {
      binding: 'global',
      limits: { global: sized(1000), prefix: sized(2000), ip: sized(50), phone: 1 },
      admitted: sized(1000),
    },
    {
      binding: 'prefix',
      limits: { global: sized(1000), prefix: sized(20), ip: sized(50), phone: 1 },
      admitted: sized(20),
    },
    {
      binding: 'ip',
      limits: { global: sized(90_000), prefix: sized(80_000), ip: sized(30), phone: 5 },
      admitted: 100 * sized(30),
    },
    {
      binding: 'phone',
      limits: { global: sized(90_000), prefix: sized(80_000), ip: sized(1000), phone: 3 },
      admitted: 3 * sized(10_000),
    },
    { binding: 'phone, once', limits: { global: none, prefix: none, ip: none, phone: 1 }, admitted: sized(10_000) },
  ])('are admitted exactly as often as the limit that binds allows: $binding', async ({ limits, admitted }) => {
    const store = new CountingStore();
    const listOf = (max: number) => (max === none ? (false as const) : [{ max, windowMs }]);
    const result = await pump(
      {
        limits: {
          global: listOf(limits.global),
          prefix: listOf(limits.prefix),
          ip: listOf(limits.ip),
          phone: listOf(limits.phone),
        },
      },
      store,
    );
    const refused = requestCount - admitted;
    const { admitted: sent, ...denied } = result;
    expect(sent).toBe(admitted);
    expect(Object.values(denied).reduce((sum, count) => sum + count)).toBe(refused);
    // What one limit refused has taken nothing of another: each has counted what was admitted, and no more.
    for (const [scope, max] of Object.entries(limits)) {
      expect(store.taken[scope as LimitScope]).toBe(max === none ? 0 : admitted);
    }
  });

  it('are held to the default limits: 20 for the prefix', async () => {
    const store = new CountingStore();
    expect(await pump({}, store)).toMatchObject({ admitted: 20 });
    // Of global and prefix one key each; of 20 numbers three, and of their addresses two.
    expect(store.memory.size).toBeLessThanOrEqual(2 + 20 * 5);
  });
});

describe('a limit store that is down in the middle of it', () => {
  const limits = { ...unlimited, global: [{ max: sized(50_000), windowMs }], phone: [{ max: 1, windowMs }] };
  const before = requests.slice(0, sized(5_000));
  const during = requests.slice(sized(5_000), sized(7_000));
  const after = requests.slice(sized(6_000), sized(12_000));

  it('refuses everything, and counts on where it was when it is back', async () => {
    const store = new CountingStore();
    expect(await pump({ limits }, store, before)).toStrictEqual({ admitted: sized(5_000) });
    store.isDown = true;
    expect(await pump({ limits }, store, during)).toStrictEqual({ store_unavailable: sized(2_000) });
    store.isDown = false;
    // The requests up to here are for different numbers; a third of these are for numbers that had theirs before.
    expect(await pump({ limits }, store, after)).toStrictEqual({
      admitted: sized(4_000),
      resend_too_soon: sized(2_000),
    });
    expect(store.taken).toMatchObject({ global: sized(9_000), phone: sized(9_000) });
  });

  it('lets everything pass with failOpen, takes nothing, and limits again when it is back', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const store = new CountingStore();
    const options = { limits, failOpen: true };
    expect(await pump(options, store, before)).toStrictEqual({ admitted: sized(5_000) });
    store.isDown = true;
    expect(await pump(options, store, during)).toStrictEqual({ admitted: sized(2_000) });
    expect(warn).toHaveBeenCalledTimes(1);
    store.isDown = false;
    expect(await pump(options, store, after)).toStrictEqual({ admitted: sized(4_000), resend_too_soon: sized(2_000) });
    expect(store.taken).toMatchObject({ global: sized(9_000), phone: sized(9_000) });
  });
});

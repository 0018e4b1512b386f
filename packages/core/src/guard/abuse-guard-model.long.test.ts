import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import type { Admission } from './abuse-guard.js';
import { guardWith, RecordingLimitStore, requestTo, turns } from './guard.test.fixture.js';
import { type Limit, type LimitScope, limitScopes } from './limit-store.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const sized = (runs: number) => (isLong ? runs : runs / 5);
const deadline = new ManualDeadline();

/** Two prefixes with two numbers each. */
const numbers = ['+8613800138000', '+8613800138001', '+8613900138000', '+8613900138001'] as const;
const addresses = [undefined, '192.0.2.1', '192.0.2.2'] as const;

const limitList = fc.uniqueArray(
  fc.record({
    max: fc.integer({ min: 1, max: 4 }),
    windowMs: fc.integer({ min: 1, max: 8 }).map((each) => each * 1000),
  }),
  { minLength: 1, maxLength: 3, selector: ({ windowMs }) => windowMs },
);
const scopeLimits = fc.oneof(
  { weight: 1, arbitrary: fc.constant(false as const) },
  { weight: 4, arbitrary: limitList },
);
const someLimits = fc.record({ global: scopeLimits, prefix: scopeLimits, ip: scopeLimits, phone: scopeLimits });

type Step =
  | { readonly act: 'admit'; readonly to: number; readonly from: number }
  | { readonly act: 'refund'; readonly which: number }
  | { readonly act: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('admit' as const), to: fc.nat(3), from: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('refund' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4000 }) }) },
);

/** One window of one key, as simple as can be: a window is an object, and a unit knows its window. */
interface ModelWindow {
  readonly endsAt: number;
  used: number;
}

class Model {
  readonly #windows = new Map<string, ModelWindow>();
  readonly #limits: readonly { scope: LimitScope; limit: Limit }[];

  constructor(limits: Readonly<Record<LimitScope, readonly Limit[] | false>>) {
    this.#limits = limitScopes.flatMap((scope) =>
      (limits[scope] || []).toSorted((a, b) => a.windowMs - b.windowMs).map((limit) => ({ scope, limit })),
    );
  }

  /** What is used now, by name. */
  used(now: number): ReadonlyMap<string, number> {
    const live = [...this.#windows].filter(([, { endsAt, used }]) => endsAt > now && used > 0);
    return new Map(live.map(([name, { used }]) => [name, used]));
  }

  /** Either the windows of which a unit was taken, or the scope that refused and how long. */
  admit(keys: Readonly<Record<LimitScope, string | undefined>>, now: number) {
    const wanted = this.#limits.flatMap(({ scope, limit }) => {
      const key = keys[scope];
      return key === undefined ? [] : [{ scope, limit, name: `${key} ${limit.max}/${limit.windowMs / 1000}` }];
    });
    const full = wanted.flatMap(({ scope, limit, name }) => {
      const window = this.#live(name, now);
      return window !== undefined && window.used >= limit.max ? [{ scope, retryAfterMs: window.endsAt - now }] : [];
    });
    const longest = Math.max(...full.map(({ retryAfterMs }) => retryAfterMs));
    const refusal = full.find(({ retryAfterMs }) => retryAfterMs === longest);
    if (refusal !== undefined) return refusal;
    return wanted.map(({ limit, name }) => {
      const window = this.#live(name, now) ?? { endsAt: now + limit.windowMs, used: 0 };
      this.#windows.set(name, window);
      window.used += 1;
      expect(window.used).toBeLessThanOrEqual(limit.max);
      return window;
    });
  }

  #live(name: string, now: number): ModelWindow | undefined {
    const window = this.#windows.get(name);
    return window !== undefined && window.endsAt > now && window.used > 0 ? window : undefined;
  }
}

describe('over any sequence of requests, refunds and waits', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('the guard admits what a simple model admits, and a refused request leaves every count as it was', async () => {
    let refused = 0;
    let admitted = 0;
    await fc.assert(
      fc.asyncProperty(someLimits, fc.array(step, { minLength: 5, maxLength: 60 }), async (limits, steps) => {
        const store = new RecordingLimitStore();
        const model = new Model(limits);
        const { guard, denials } = guardWith({ limits }, { store });
        const admissions: { readonly admission: Admission; readonly windows: ModelWindow[] }[] = [];
        for (const each of steps) {
          const now = performance.now();
          if (each.act === 'wait') vi.advanceTimersByTime(each.ms);
          else if (each.act === 'refund') {
            // Also one that was refunded before: then it gives nothing back.
            const given = admissions[each.which];
            given?.admission.refund();
            for (const window of given?.windows.splice(0) ?? []) window.used -= 1;
          } else {
            const request = requestTo(numbers[each.to] ?? '', { ip: addresses[each.from] });
            const expected = model.admit(
              {
                global: 'global',
                prefix: `prefix:${request.to.e164.slice(0, -4)}****`,
                ip: request.ip === undefined ? undefined : `ip:${request.ip}`,
                phone: `phone:${request.to.e164}`,
              },
              now,
            );
            const log = store.calls.length;
            const admission = await guard.admit(request, deadline).catch(() => undefined);
            await guard.settled();
            if (Array.isArray(expected)) {
              // Every unit that the model took, and nothing else, in one step.
              const made = store.calls.slice(log);
              expect(made.map(({ method, units }) => [method, units.length])).toEqual(
                expected.length === 0 ? [] : [['takeAll', expected.length]],
              );
              if (admission === undefined) expect.fail('It was refused.');
              admissions.push({ admission, windows: expected });
              admitted += 1;
            } else {
              expect(admission).toBeUndefined();
              expect(denials.at(-1)).toMatchObject(expected);
              // Nothing was taken that had to be given back.
              expect(store.calls.slice(log).map(({ method }) => method)).toStrictEqual(['takeAll']);
              refused += 1;
            }
          }
          await guard.settled();
          expect(store.memory.size).toBe(model.used(performance.now()).size);
        }
        // The store's own counts: what is left of each window can be taken, and no more.
        for (const [name, used] of model.used(performance.now())) {
          const [, key = '', max, seconds] = /^(.*) (\d+)\/(\d+)$/.exec(name) ?? [];
          const limit = { max: Number(max), windowMs: Number(seconds) * 1000 };
          for (let left = limit.max - used; left > 0; left -= 1) {
            expect(store.memory.takeAll([{ key, limit }])).toMatchObject({ taken: true });
          }
          expect(store.memory.takeAll([{ key, limit }])).toMatchObject({ taken: false });
        }
        vi.advanceTimersByTime(10_000);
        expect([store.memory.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
      }),
      { seed: 4, numRuns: sized(300) },
    );
    // Both happen, and often.
    expect(Math.min(refused, admitted)).toBeGreaterThan(sized(500));
  });
});

describe('in any order in which a store answers', () => {
  it('no limit is passed, and what was not admitted has left nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        someLimits,
        fc.array(fc.record({ to: fc.nat(3), from: fc.nat(2) }), { minLength: 2, maxLength: 12 }),
        fc.nat(12),
        async (scheduler, limits, requests, failing) => {
          const store = new RecordingLimitStore();
          const windowless = Object.fromEntries<readonly Limit[] | false>(
            limitScopes.map((scope) => [
              scope,
              // Long windows, so that none ends during the test.
              limits[scope] === false
                ? false
                : limits[scope].map(({ max, windowMs }) => ({ max, windowMs: windowMs * 3600 })),
            ]),
          );
          store.before = async ({ method }, number) => {
            await scheduler.schedule(Promise.resolve(), method);
            if (method === 'takeAll' && number === failing) throw new Error('down');
          };
          const { guard } = guardWith({ limits: windowless }, { store });
          const results = Promise.allSettled(
            requests.map(({ to, from }) =>
              guard.admit(requestTo(numbers[to] ?? '', { ip: addresses[from] }), deadline),
            ),
          );
          await scheduler.waitFor(results);
          await scheduler.waitFor(guard.settled());
          await turns();
          const admitted = (await results).flatMap(({ status }, index) =>
            status === 'fulfilled' ? [requests[index]] : [],
          );
          const expected = new Map<string, number>();
          for (const request of admitted) {
            const e164 = numbers[request?.to ?? 0] ?? '';
            const ip = addresses[request?.from ?? 0];
            const keys = {
              global: 'global',
              prefix: `prefix:${e164.slice(0, -4)}****`,
              ip: ip && `ip:${ip}`,
              phone: `phone:${e164}`,
            };
            for (const scope of limitScopes) {
              for (const { max, windowMs } of windowless[scope] || []) {
                const name = `${keys[scope]} ${max}/${windowMs / 1000}`;
                if (keys[scope] !== undefined) expected.set(name, (expected.get(name) ?? 0) + 1);
                expect(expected.get(name) ?? 0).toBeLessThanOrEqual(max);
              }
            }
          }
          expect(store.taken).toStrictEqual(expected);
          expect(store.memory.size).toBe(expected.size);
        },
      ),
      { seed: 5, numRuns: sized(200) },
    );
  });
});

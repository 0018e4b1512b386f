import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Expiring, ExpiryQueue, notHeld } from './expiry-queue.js';

describe('an expiry queue', () => {
  it('always gives what expires soonest, whatever was added and removed before', () => {
    const step = fc.oneof(
      { weight: 2, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 1_000 }) }) },
      fc.record({ remove: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const queue = new ExpiryQueue<Expiring>();
        const held: Expiring[] = [];
        for (const each of steps) {
          if ('add' in each) {
            const entry: Expiring = { expiresAt: each.add, position: notHeld, earlier: undefined, later: undefined };
            held.push(entry);
            queue.add(entry);
          } else {
            const [entry] = held.splice(each.remove % Math.max(1, held.length), 1);
            if (entry !== undefined) {
              queue.remove(entry);
              expect(entry).toMatchObject({ position: notHeld, earlier: undefined, later: undefined });
            }
          }
          const soonest = held.length === 0 ? undefined : Math.min(...held.map(({ expiresAt }) => expiresAt));
          expect(queue.soonest?.expiresAt).toBe(soonest);
        }
        const order: number[] = [];
        for (let entry = queue.soonest; entry !== undefined; entry = queue.soonest) {
          order.push(entry.expiresAt);
          queue.remove(entry);
        }
        expect(order).toEqual(held.map(({ expiresAt }) => expiresAt).sort((a, b) => a - b));
      }),
    );
  });
});

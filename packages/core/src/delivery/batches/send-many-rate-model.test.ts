import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../provider-kit/virtual-clock.test.fixture.js';
import { sendMany } from './send-many.js';
import { all } from './send-many.test.fixture.js';
import { fixedWindow, type Hint, LimitedVendor, slidingWindow, tokenBucket } from './vendors.test.fixture.js';

const scenario = fc.record({
  perSecond: fc.constantFrom(1, 2, 5, 10, 33, 100, 250),
  limit: fc.constantFrom('fixed window', 'sliding window', 'token bucket', 'one at a time'),
  hint: fc.constantFrom<Hint>('none', 'exact', 'seconds'),
  /** Seconds that the vendor needs for all of it. */
  seconds: fc.integer({ min: 1, max: 20 }),
  concurrency: fc.integer({ min: 1, max: 200 }),
  latencyMs: fc.integer({ min: 0, max: 400 }),
  jitterMs: fc.nat({ max: 50 }),
  offsetMs: fc.nat({ max: 999 }),
  seed: fc.integer(),
});

/**
 * For a batch that takes `idealMs` at the vendor's rate. The second part is for what the first burst has to learn: two
 * or three waits where it shows the vendor's rate, a growth from one a second where it does not.
 */
const longestMs = (idealMs: number, limit: string) =>
  limit === 'one at a time' ? 4 * idealMs + 10_000 : 2 * idealMs + 5_000;

it('a batch is accepted as a whole, none twice, in a time near the ideal, whatever way the vendor counts', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { perSecond, seconds, concurrency, latencyMs, offsetMs, hint, seed } = given;
      // Whoever takes nothing early punishes the network as well, and no rate of ours would please him.
      const jitterMs = given.limit === 'one at a time' ? 0 : given.jitterMs;
      const limit = {
        'fixed window': () => fixedWindow(perSecond, offsetMs),
        'sliding window': () => slidingWindow(perSecond),
        'token bucket': () => tokenBucket(perSecond, perSecond),
        'one at a time': () => tokenBucket(perSecond, 1),
      }[given.limit]();
      const generator = xoroshiro128plus(seed);
      const random = () => uniformInt(generator, 0, 999) / 1_000;
      const clock = new VirtualClock();
      const vendor = new LimitedVendor(clock, limit, hint, () => Math.round(latencyMs / 2 + random() * jitterMs));
      const count = perSecond * seconds;
      const most = { held: 0 };
      const results = await clock.runUntil(
        all(
          sendMany(
            vendor.send,
            Array(count).keys(),
            {
              concurrency,
              maxWaitMs: 600_000,
              onProgress: ({ waiting }) => (most.held = Math.max(most.held, waiting)),
            },
            { clock, random },
          ),
        ),
      );
      expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
      expect(vendor.taken.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
      // As fast as it could be: by the vendor's rate, or by how many may be under way.
      const roundTripMs = latencyMs + 2 * jitterMs;
      const idealMs = Math.max(seconds * 1_000, (count / concurrency) * roundTripMs);
      expect(clock.now()).toBeLessThan(longestMs(idealMs, given.limit));
      // The first burst cannot know; afterwards it touches the limit now and then, and no more.
      expect(vendor.refusals).toBeLessThan(2 * concurrency + count / 3 + 20);
      expect(most.held).toBeLessThanOrEqual(concurrency);
      expect(clock.timers).toBe(0);
    }),
    { numRuns: 60 },
  );
});

import { setTimeout as delay } from 'node:timers/promises';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { clientIn } from './client.js';
import { randomFrom } from './random.js';
import { startSurroundings } from './surroundings.js';
import { startWorker } from './workers.js';

const redis = await findRedis();
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const kills = isLong ? 200 : 4;
const killsAtATime = 25;
const atOnce = 2;
/** From the order to start until the process dies, at most: within it each phone's turn comes and goes. */
const longestLifeMs = 40;

/** The codes that each phone received. */
function byPhone(delivered: readonly { readonly to: string; readonly code: string }[]): Map<string, string[]> {
  const codes = new Map<string, string[]>();
  for (const { to, code } of delivered) codes.set(to, [...(codes.get(to) ?? []), code]);
  return codes;
}

describe.skipIf(skipWithoutRedis(redis))('a process that is killed while it starts verifications', () => {
  it(`${kills} times: every code that arrived can be checked, once`, async () => {
    await using world = await startSurroundings(redis ?? '');
    const random = randomFrom(20261122);
    // About every other answer of Mob is lost, so that there are phones with two codes.
    const loseAnswers = () => {
      for (let index = 0; index < 100; index += 1) {
        world.mob.fail(
          { kind: 'drop', when: 'after-processing' },
          { after: Math.floor(random() * 3), endpoint: '/sms/sendmsg' },
        );
      }
    };
    /** Whether enough phones have received a code, and enough of them two. */
    const isEnough = () => {
      const codes = [...byPhone(world.delivered()).values()];
      return codes.length > kills && codes.filter(({ length }) => length > 1).length > kills / 4;
    };
    let next = 0;
    const lane = async (until: number) => {
      while (next < until || (until === kills && !isEnough())) {
        next += 1;
        loseAnswers();
        const firstPhone = next * 10_000;
        // On a slow machine less happens in that time. Those that are killed beyond the number live longer.
        const lifeMs = random() * longestLifeMs * Math.max(1, next / kills);
        const worker = await startWorker(world.surroundings);
        worker.begin({ do: 'start', firstPhone, atATime: 4 });
        await delay(lifeMs);
        await worker.kill();
      }
    };

    const { sms, close } = clientIn(world.surroundings);
    const outcomes = { phones: 0, twoCodes: 0, lost: [] as unknown[], twice: [] as unknown[] };
    const checked = new Set<string>();
    const checkArrived = async () => {
      for (const [to, codes] of byPhone(world.delivered())) {
        if (checked.has(to)) continue;
        checked.add(to);
        const typed = random() < 0.5 ? codes : codes.toReversed();
        outcomes.phones += 1;
        if (codes.length > 1) outcomes.twoCodes += 1;
        const results = [];
        for (const code of [...typed, ...typed]) {
          results.push((await sms.verifications.check({ to, purpose: 'login', code })).outcome);
        }
        if (results[0] !== 'approved') outcomes.lost.push(results);
        if (results.filter((outcome) => outcome === 'approved').length > 1) outcomes.twice.push(results);
      }
    };
    // Some at a time: on a slow machine the first codes would have expired when the last process dies.
    for (let until = Math.min(kills, killsAtATime); ; until = Math.min(kills, until + killsAtATime)) {
      await Promise.all(Array.from({ length: atOnce }, () => lane(until)));
      // What was under way to the vendors when the processes died has arrived, or never will.
      await checkArrived();
      if (until === kills) break;
    }
    await close();
    expect(outcomes).toMatchObject({ lost: [], twice: [] });
    expect(outcomes.phones).toBeGreaterThan(kills);
    expect(outcomes.twoCodes).toBeGreaterThan(kills / 4);
  });
});

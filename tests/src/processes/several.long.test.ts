import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { clientIn } from './client.js';
import { startSurroundings } from './surroundings.js';
import { startWorker, type Worker } from './workers.js';

const redis = await findRedis();
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const processes = isLong ? 4 : 2;
const providers = isLong ? ['texts', 'mob'] : ['mob'];
const to = '+8613800138000';
const purpose = 'login';

const total = (counts: readonly Readonly<Record<string, number>>[], result: string) =>
  counts.reduce((sum, each) => sum + (each[result] ?? 0), 0);

async function startWorkers(surroundings: Parameters<typeof startWorker>[0]): Promise<readonly Worker[]> {
  return Promise.all(Array.from({ length: processes }, () => startWorker(surroundings)));
}

async function inAll(workers: readonly Worker[], each: number, check: { readonly id: string; readonly code: string }) {
  const checks = Array.from({ length: each }, () => check);
  return Promise.all(workers.map((worker) => worker.order({ do: 'check', checks })));
}

/** The last one for our phone; workers warm up with others. */
const codeFor = (world: { delivered(): readonly { readonly to: string; readonly code: string }[] }) =>
  world.delivered().findLast((each) => each.to === to)?.code ?? '';
const wrongFor = (code: string) => (code === '000000' ? '000001' : '000000');

describe.skipIf(skipWithoutRedis(redis))(`${processes} processes that share a Redis`, () => {
  it.each(providers)(`approve the right code of %s once in ${250 * processes} checks at once`, async (via) => {
    await using world = await startSurroundings(redis ?? '');
    const { sms, close } = clientIn(world.surroundings);
    const { id } = await sms.verifications.start({ to, purpose, via: [via] });
    const code = codeFor(world);
    const workers = await startWorkers(world.surroundings);
    const counts = await inAll(workers, 250, { id, code });
    expect(total(counts, 'approved')).toBe(1);
    expect(total(counts, 'incorrect')).toBeLessThanOrEqual(via === 'mob' ? 2 : 0);
    expect(
      ['approved', 'incorrect', 'exhausted', 'not-found'].reduce((sum, each) => sum + total(counts, each), 0),
    ).toBe(250 * processes);
    expect(await sms.verifications.status(id)).toEqual({ state: 'approved' });
    await Promise.all(workers.map((worker) => worker.kill()));
    await close();
  });

  it('count wrong codes together, over resends and restarts', async () => {
    await using world = await startSurroundings(redis ?? '');
    const { sms, close } = clientIn(world.surroundings);
    const judged = [];
    let id = '';
    let code = '';
    let workers: readonly Worker[] = [];
    for (let resend = 0; resend < 3; resend += 1) {
      ({ id } = await sms.verifications.start({ to, purpose, via: ['texts'] }));
      code = codeFor(world);
      // The second time they are the same processes, the third time new ones.
      if (resend !== 1) workers = await startWorkers(world.surroundings);
      const counts = await inAll(workers, 50, { id, code: wrongFor(code) });
      judged.push(total(counts, 'incorrect'));
      expect(total(counts, 'incorrect') + total(counts, 'exhausted')).toBe(50 * processes);
      if (resend !== 0) await Promise.all(workers.map((worker) => worker.kill()));
    }
    expect(judged).toEqual([5, 5, 5]);
    expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'exhausted' });
    await expect(sms.verifications.start({ to, purpose, via: ['texts'] })).rejects.toMatchObject({
      code: 'verification_locked',
      outcome: 'not-sent',
      retryAfterMs: expect.any(Number),
    });
    expect(world.texts.texts.filter((text) => text.to === to)).toHaveLength(3);
    await close();
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSmsError } from '../errors/sms-error.js';
import { LoopWatch } from '../provider-kit/loop-watch.test.fixture.js';
import {
  type HangingPhase,
  HangingVendors,
  type Phase,
  unwritten,
  type Vendor,
  written,
} from './hanging-vendors.test.fixture.js';
import { createSmsClient } from './sms-client.js';

const to = '+8613800138000';
const phases: readonly HangingPhase[] = [...unwritten, ...written];
/** Three attempts get two seconds each. */
const usualMs = 6_000;
const seed = Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101);

let vendors: HangingVendors;
let watch: LoopWatch;
beforeAll(() => {
  vendors = new HangingVendors();
  watch = new LoopWatch();
});
const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open.splice(0).reverse()) await close();
  vendors.close();
  watch[Symbol.dispose]();
});

/** What the call says, if it says it by its deadline + 50 ms; time in which this process did not run is left out. */
async function inTime<Result>(call: Promise<Result>, deadlineMs: number): Promise<Result> {
  let lateMs = () => 0;
  const due = setTimeout(() => {
    lateMs = watch.due();
  }, deadlineMs);
  try {
    return await call;
  } finally {
    clearTimeout(due);
    expect(lateMs()).toBeLessThanOrEqual(50);
  }
}

/** Runs a test with a deadline, and with twice as much if a busy machine held this process up for a good part of it. */
async function withTime(run: (deadlineMs: number) => Promise<void>): Promise<void> {
  for (let deadlineMs = usualMs; ; deadlineMs *= 2) {
    const stalledMs = watch.stalls();
    try {
      return await run(deadlineMs);
    } catch (error) {
      if (stalledMs() < deadlineMs / 10 || deadlineMs > 60_000) throw error;
    }
  }
}

/** A client over vendors that hang in these phases, in this order. */
async function clientOver(order: readonly Phase[], options: { deadlineMs: number; attemptTimeoutMs?: number }) {
  const made = await Promise.all(order.map((phase, index) => vendors.vendor(`p${index}`, phase)));
  for (const { close } of made) open.push(close);
  const providers = made.map(({ provider }) => provider);
  const sms = createSmsClient({ providers, guard: false, maxAttempts: order.length, ...options });
  open.push(() => sms.close());
  return { sms, made };
}

async function receivedBy(made: readonly Vendor[]): Promise<readonly number[]> {
  return Promise.all(made.map(async ({ received }) => (await received()).length));
}

/** Every order in which one or two vendors hang before a healthy one, and some others, drawn by the seed. */
const worst: readonly (readonly Phase[])[] = [
  ...phases.map((phase) => [phase, 'healthy'] as const),
  ...phases.flatMap((first) => phases.map((second) => [first, second, 'healthy'] as const)),
];
const others = fc.sample(fc.shuffledSubarray<Phase>([...phases, 'healthy'], { minLength: 2, maxLength: 3 }), {
  seed,
  numRuns: 40,
});
const orders = [...worst, ...others.filter((order) => order.includes('healthy'))];

// Most of their time they wait.
describe.concurrent('whichever vendors hang, in whichever phase', () => {
  it('a code arrives by the healthy one, within the deadline', async () => {
    await Promise.all(
      orders.map((order) =>
        withTime(async (deadlineMs) => {
          const { sms, made } = await clientOver(order, { deadlineMs });
          const healthy = `p${order.indexOf('healthy')}`;
          const receipt = await inTime(sms.verifications.start({ to }), deadlineMs);
          expect([order, receipt.provider]).toEqual([order, healthy]);
          await sms.close();
          // Each vendor has it once at most, and nobody after the healthy one.
          const received = await receivedBy(made);
          const last = order.indexOf('healthy');
          expect([order, received.map((count, index) => count <= (index <= last ? 1 : 0))]).toEqual([
            order,
            order.map(() => true),
          ]);
          expect([order, received[last]]).toEqual([order, 1]);
        }),
      ),
    );
  });

  it('a message does if nothing was written before, is unknown otherwise, and never arrives twice', async () => {
    await Promise.all(
      orders.map((order) =>
        withTime(async (deadlineMs) => {
          const { sms, made } = await clientOver(order, { deadlineMs });
          const before = order.slice(0, order.indexOf('healthy'));
          const maybeRead = before.findIndex((phase) => (written as readonly Phase[]).includes(phase));
          const ended = await inTime(sms.send({ to, text: 'Order 42 has shipped.' }), deadlineMs).then(
            ({ provider }) => `accepted by ${provider}`,
            (error: unknown) => (isSmsError(error) ? `${error.outcome} at ${error.provider}` : String(error)),
          );
          const expected = maybeRead < 0 ? `accepted by p${before.length}` : `unknown at p${maybeRead}`;
          expect([order, ended]).toEqual([order, expected]);
          await sms.close();
          const asked = maybeRead < 0 ? before.length : maybeRead;
          expect([order, await receivedBy(made)]).toEqual([order, order.map((_, index) => (index === asked ? 1 : 0))]);
        }),
      ),
    );
  });
});

describe('a primary that drops what comes, at low traffic', () => {
  it('is no longer asked after five messages: the backup takes all of them, from the sixth on at once', async () => {
    const { sms, made } = await clientOver(['SYN is dropped', 'healthy'], {
      deadlineMs: 60_000,
      attemptTimeoutMs: 100,
    });
    const asked: string[] = [];
    for (let number = 1; number <= 25; number += 1) {
      const { provider, attempts } = await sms.send({ to, text: `Message ${number}` });
      expect(provider).toBe('p1');
      asked.push(attempts.map((attempt) => attempt.provider).join());
    }
    // A time-out that this process itself was too late to see says nothing, and does not count.
    const first = asked.indexOf('p1');
    expect(asked).toEqual([...Array(first).fill('p0,p1'), ...Array(25 - first).fill('p1')]);
    expect(first).toBeGreaterThanOrEqual(5);
    expect(sms.health()['p0']).toMatchObject({ circuit: 'open', failures: 5 });
    expect(await receivedBy(made)).toEqual([0, 25]);
  });
});

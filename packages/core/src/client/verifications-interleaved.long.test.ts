import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import type { CheckStep, NewChallenge, StoreCheck } from '../verification/verification-store.js';
import { fake } from './sms-client.test.fixture.js';
import { type Clock, codeIn, intercepted, issuer, phone, verifier } from './verifications.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const numRuns = isLong ? 60 : 15;
const seed = Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101);
const maxChecks = 3;
const maxFailures = 7;
const failureWindowMs = 1_000_000;
const lifetimeMs = 300_000;

/** One thing that somebody does; the steps of a round run at once, in any order. */
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ does: fc.constant('start' as const), via: fc.constantFrom('mob', 'text') }) },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('check' as const),
      which: fc.nat(5),
      isRight: fc.boolean(),
      byPhone: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const), which: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 150_000, 300_000) }),
  },
);

/** What must be true of the answers of a store, in the order in which it was asked. */
class Ledger {
  readonly openedAt = new Map<string, number>();
  readonly #comparisons = new Map<string, number>();
  #failures = { count: 0, endsAt: 0 };
  /** What was not true. */
  readonly broken: string[] = [];

  opened({ id }: NewChallenge, now: number): void {
    this.openedAt.set(id, now);
  }

  approved(): void {
    this.#failures = { count: 0, endsAt: 0 };
  }

  checked({ guesses }: StoreCheck, step: CheckStep, now: number): void {
    if (step.state === 'approved') this.approved();
    if (step.state !== 'incorrect' && step.state !== 'ask') return;
    const live = guesses.filter(({ id }) => now < (this.openedAt.get(id) ?? 0) + lifetimeMs);
    if (live.length === 0) this.broken.push('compared after the end');
    // Of several, those that had run out were not compared.
    if (live.length === 1) {
      const { id } = live[0] as { id: string };
      const comparisons = (this.#comparisons.get(id) ?? 0) + 1;
      this.#comparisons.set(id, comparisons);
      if (comparisons > maxChecks) this.broken.push('compared too often');
    }
    if (now >= this.#failures.endsAt) this.#failures = { count: 0, endsAt: now + failureWindowMs };
    this.#failures.count += 1;
    if (this.#failures.count > maxFailures) this.broken.push('too many failures');
  }
}

it('whatever happens at once: no code is approved twice, compared too often, or guessed beyond the failures', async () => {
  const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { maxLength: 12 });
  let approvals = 0;
  await fc.assert(
    fc.asyncProperty(rounds, fc.scheduler(), async (given, scheduler) => {
      const clock: Clock = { ms: 0 };
      const ledger = new Ledger();
      const memory = new MemoryVerificationStore({ now: () => clock.ms });
      const store = intercepted(memory, async (operation, next, [argument]) => {
        await scheduler.schedule(Promise.resolve());
        const now = clock.ms;
        // In memory an operation has happened when its method returns.
        const answer = next();
        if (operation === 'open') ledger.opened(argument as NewChallenge, now);
        if (operation === 'check') {
          const step = (await answer) as CheckStep;
          ledger.checked(argument as StoreCheck, step, now);
        }
        if (operation === 'conclude' && (await answer) === 'approved') ledger.approved();
        await scheduler.schedule(Promise.resolve());
        return answer;
      });

      const starting = new AsyncLocalStorage<{ code: string }>();
      const tell = (code: string) => Object.assign(starting.getStore() ?? {}, { code });
      const text = fake('text', [
        async (message) => {
          tell(codeIn(message));
          return accepted();
        },
      ]);
      const judged = new Map<string, number>();
      const mob = issuer('mob', {
        // The worst of all vendors: it never tires of approving.
        check: [
          async ({ code, reference = '' }) => {
            await scheduler.schedule(Promise.resolve());
            judged.set(reference, (judged.get(reference) ?? 0) + 1);
            return { outcome: code === reference ? 'approved' : 'incorrect' };
          },
        ],
        start: [
          async () => {
            const reference = `vendor${mob.started.length}`;
            tell(reference);
            return accepted(reference);
          },
        ],
      });
      const { sms } = verifier([mob, text], {
        stores: { verification: store },
        verification: { maxChecks, maxFailures, failureWindowMs, lifetimeMs, codeLength: 10 },
        breaker: { minimumCalls: 100_000 },
      });
      const { verifications } = sms;

      const started: { id: string; code: string; approved: number }[] = [];
      const start = async (via: string): Promise<void> => {
        const telling = { code: '' };
        const { id } = await starting.run(telling, () => verifications.start({ to: phone, via: [via] }));
        started.push({ id, code: telling.code, approved: 0 });
      };
      const run = async (each: (typeof given)[number][number]): Promise<void> => {
        await scheduler.schedule(Promise.resolve());
        if (each.does === 'start') return start(each.via).catch(() => {});
        if (each.does === 'wait') clock.ms += each.ms;
        if (each.does !== 'check' && each.does !== 'cancel') return;
        const target = started[each.which % Math.max(1, started.length)];
        if (target === undefined) return;
        if (each.does === 'cancel') return void (await verifications.cancel(target.id));
        const code = each.isRight ? target.code : 'wrong';
        const { outcome } = await verifications.check(each.byPhone ? { to: phone, code } : { id: target.id, code });
        if (outcome === 'approved') target.approved += 1;
      };
      for (const round of given) await scheduler.waitFor(Promise.all(round.map(run)));

      expect(ledger.broken).toEqual([]);
      for (const { approved } of started) expect(approved).toBeLessThanOrEqual(1);
      // Until its start has ended nobody knows what the vendor calls a verification.
      judged.delete('');
      for (const times of judged.values()) expect(times).toBeLessThanOrEqual(maxChecks);
      approvals += started.filter(({ approved }) => approved === 1).length;
      // Nothing locks a phone for ever.
      clock.ms += failureWindowMs;
      await scheduler.waitFor(start('text'));
      const { id, code } = started.at(-1) as { id: string; code: string };
      expect(await scheduler.waitFor(verifications.check({ id, code }))).toMatchObject({ outcome: 'approved' });
    }),
    // Shrinking takes minutes, and rarely helps with an order of events.
    { seed, numRuns, endOnFailure: true },
  );
  // The steps do meet what they are about.
  expect(approvals).toBeGreaterThan(0);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { fake } from './sms-client.test.fixture.js';
import { codeIn, intercepted, issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const sized = (runs: number) => (isLong ? runs : runs / 5);

const [one, other] = ['a'.repeat(32), 'b'.repeat(32)] as const;
const maxFailures = 5;

/** One thing that somebody does by one of the two deployments; the steps of a round run at once, in any order. */
const step = fc.record({
  by: fc.nat(1),
  does: fc.oneof(
    { weight: 3, arbitrary: fc.constant('start' as const) },
    { weight: 6, arbitrary: fc.constant('right' as const) },
    { weight: 4, arbitrary: fc.constant('wrong' as const) },
    { weight: 1, arbitrary: fc.constant('cancel' as const) },
  ),
  via: fc.constantFrom('text', 'mob'),
  which: fc.nat(5),
  byPhone: fc.boolean(),
});

interface Code {
  readonly id: string;
  readonly code: string;
  readonly startedAt: number;
}

interface Approval {
  readonly code: Code;
  readonly beganAt: number;
  readonly endedAt: number;
}

it('whatever happens at once under two peppers: of codes that were live together one is approved, within the failures', async () => {
  const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 10 });
  let approvedAtOnce = 0;
  let approvedInAll = 0;
  await fc.assert(
    fc.asyncProperty(rounds, fc.scheduler(), async (given, scheduler) => {
      let moments = 0;
      const moment = () => {
        moments += 1;
        return moments;
      };
      const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), async (_, next) => {
        await scheduler.schedule(Promise.resolve());
        // In memory an operation has happened when its method returns.
        const answer = next();
        await scheduler.schedule(Promise.resolve());
        return answer;
      });
      const deployments = [
        [one, other],
        [other, one],
      ].map(([current, previous], index) => {
        const sent: string[] = [];
        const text = fake('text', [
          async (message) => {
            sent.push(codeIn(message));
            return accepted();
          },
        ]);
        const mob = issuer('mob', {
          check: [async ({ code, reference }) => ({ outcome: code === reference ? 'approved' : 'incorrect' })],
          start: [
            async () => {
              sent.push(`vendor${index}x${mob.started.length}`);
              return accepted(sent.at(-1));
            },
          ],
        });
        const { sms } = verifier([text, mob], {
          stores: { verification: store },
          verification: { pepper: { current, previous } as { current: string; previous: string }, maxFailures },
          breaker: { minimumCalls: 100_000 },
        });
        return { sent, verifications: sms.verifications };
      });

      const codes: Code[] = [];
      const approvals: Approval[] = [];
      const failures: number[] = [];
      const run = async ({ by, does, via, which, byPhone }: (typeof given)[number][number]): Promise<void> => {
        await scheduler.schedule(Promise.resolve());
        const deployment = deployments[by];
        if (deployment === undefined) return;
        const { sent, verifications } = deployment;
        if (does === 'start') {
          const { id } = await verifications.start({ to: phone, via: [via] });
          // Starts of one deployment may overtake one another: a code is known by whoever asks for it alone.
          const code = sent.length === 1 ? sent[0] : undefined;
          sent.length = 0;
          if (code !== undefined) codes.push({ id, code, startedAt: moment() });
          return;
        }
        const target = codes[which % Math.max(1, codes.length)];
        if (target === undefined) return;
        if (does === 'cancel') return void (await verifications.cancel(target.id));
        const beganAt = moment();
        const code = does === 'right' ? target.code : 'wrong';
        const { outcome } = await verifications.check(byPhone ? { to: phone, code } : { id: target.id, code });
        if (outcome === 'approved') approvals.push({ code: target, beganAt, endedAt: moment() });
        if (outcome === 'incorrect') failures.push(moment());
      };
      for (const round of given) await scheduler.waitFor(Promise.all(round.map((each) => run(each).catch(() => {}))));

      for (const [index, approval] of approvals.entries()) {
        for (const later of approvals.slice(index + 1)) {
          expect(later.code).not.toBe(approval.code);
          // Neither was asked for after the other’s check had begun.
          const wereLiveTogether = later.code.startedAt < approval.beganAt && approval.code.startedAt < later.beganAt;
          expect(wereLiveTogether).toBe(false);
        }
        const since = Math.max(0, ...approvals.slice(0, index).map(({ endedAt }) => endedAt));
        const counted = failures.filter((at) => since < at && at < approval.beganAt);
        expect(counted.length).toBeLessThan(maxFailures);
      }
      approvedInAll += approvals.length;
      approvedAtOnce += approvals.filter(({ beganAt, endedAt }) => endedAt - beganAt > 1).length;
    }),
    { numRuns: sized(150), seed: 20_251_125, endOnFailure: true },
  );
  // The steps do meet what they are about.
  expect(approvedInAll).toBeGreaterThan(sized(50));
  expect(approvedAtOnce).toBeGreaterThan(sized(20));
}, 60_000);

it('right codes under both peppers, checked at once in any order: exactly one is approved', async () => {
  const checks = fc.array(fc.record({ by: fc.nat(1), which: fc.nat(1), byPhone: fc.boolean() }), {
    minLength: 2,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(checks, fc.scheduler(), async (given, scheduler) => {
      let isRacing = false;
      const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), async (_, next) => {
        if (isRacing) await scheduler.schedule(Promise.resolve());
        const answer = next();
        if (isRacing) await scheduler.schedule(Promise.resolve());
        return answer;
      });
      const deployments = [
        { current: one, previous: other },
        { current: other, previous: one },
      ].map((pepper) => {
        const text = fake('text');
        const { sms } = verifier([text], { stores: { verification: store }, verification: { pepper, maxFailures } });
        return { text, verifications: sms.verifications };
      });
      const codes: { readonly id: string; readonly code: string }[] = [];
      for (const { text, verifications } of deployments) {
        const { id } = await verifications.start({ to: phone });
        codes.push({ id, code: lastCode(text) });
      }
      isRacing = true;
      const checking = given.map(async ({ by, which, byPhone }) => {
        const { id = '', code = '' } = codes[which] ?? {};
        return deployments[by]?.verifications.check(byPhone ? { to: phone, code } : { id, code });
      });
      const outcomes = (await scheduler.waitFor(Promise.all(checking))).map((result) => result?.outcome);
      expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(1);
    }),
    { numRuns: sized(500), seed: 20_251_125, endOnFailure: true },
  );
}, 60_000);

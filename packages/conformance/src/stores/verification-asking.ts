import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** `VerificationStore.check`: which providers are asked. */
export const verificationAsking: StoreSuite<VerificationStore> = ({ test }) => {
  test('compares no local code that has expired or run out, though its challenge is live', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { lifetimeMs: minute }), issued('p')]);
    await subject.open('b', [local('right', { maxChecks: 1 }), issued('p')]);
    await subject.check({ of: ['b'] });
    await bench.advance(minute);
    for (const [challenge, checksLeft] of [
      ['a', 4],
      ['b', 3],
    ] as const) {
      const issuers = [{ id: subject.id(challenge), provider: 'p' }];
      const expected = { state: 'ask', issuers, checksLeft, judged: false } as const;
      await subject.demandCheck(
        { of: [challenge], digests: ['right'] },
        expected,
        `the dead local code of ${challenge}`,
      );
    }
  });

  test('has the providers asked that made live codes, each once, in order, with the check charged', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [
      issued('p', { reference: 'r1' }),
      issued('dead', { lifetimeMs: minute }),
      issued('p', { reference: 'r2' }),
      issued('q', { maxChecks: 1 }),
    ]);
    await subject.open('b', [issued('q'), issued('p', { reference: 'r2' }), issued('p')]);
    await bench.advance(minute);
    const [a, b] = [subject.id('a'), subject.id('b')];
    const [r1, r2] = ['r1', 'r2'].map((reference) => ({ id: a, provider: 'p', reference }));
    const withoutReference = { id: b, provider: 'p' };
    const of = ['a', 'b'];
    const first = [r1, r2, { id: a, provider: 'q' }, withoutReference];
    await subject.demandCheck({ of }, { state: 'ask', issuers: first, checksLeft: 4, judged: false }, 'a code');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
    const second = [r1, r2, { id: b, provider: 'q' }, withoutReference];
    await subject.demandCheck({ of }, { state: 'ask', issuers: second, checksLeft: 3, judged: false }, 'a second code');
  });

  test('asks providers in the order of the guesses, with the last check too', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p', { maxChecks: 1 })]);
    await subject.open('b', [issued('q', { maxChecks: 1 }), local('x', { maxChecks: 1 })]);
    const issuers = [
      { id: subject.id('b'), provider: 'q' },
      { id: subject.id('a'), provider: 'p' },
    ];
    const of = ['b', 'a'];
    await subject.demandCheck({ of }, { state: 'ask', issuers, checksLeft: 0, judged: true }, 'a code');
    await subject.demandCheck({ of }, { state: 'exhausted' }, 'a second code');
  });

  test('asks no provider when a local code fits', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p'), local()]);
    await subject.demandApproved({}, 'the right local code');
  });
};

import {
  type CheckConclusion,
  type CheckStep,
  MemoryVerificationStore,
  type NewChallenge,
  type Opening,
  type StoreCheck,
  type SubjectState,
} from '@polysms/core/stores';
import { describe } from 'vitest';
import { describeWrongStores, type WrongStore } from './wrong-stores.test.fixture.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const wrongVerification: readonly WrongStore<'verification'>[] = [
  {
    name: 'looks, waits, and then approves what it saw',
    says: /among 1000 right checks was.*it approves exactly one of 1000/su,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async check(check: StoreCheck): Promise<CheckStep> {
          const known = (await this.read(check.subject)).challenges.find(({ id }) => id === check.guesses[0]?.id);
          await turn();
          const step = await super.check(check);
          const { to, purpose } = known ?? { to: '', purpose: '' };
          return step.state === 'not-found' && known?.state === 'pending' ? { state: 'approved', to, purpose } : step;
        }
      })(clock),
  },
  {
    name: 'charges a repeated check again',
    says: /charges a repeated check once/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        #calls = 0;
        override async check(check: StoreCheck): Promise<CheckStep> {
          this.#calls += 1;
          return super.check({ ...check, token: `${check.token}-${this.#calls}` });
        }
      })(clock),
  },
  {
    name: 'allows one failure too many',
    says: /no more than maxFailures/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async check(check: StoreCheck): Promise<CheckStep> {
          return super.check({ ...check, maxFailures: check.maxFailures + 1 });
        }
      })(clock),
  },
  {
    name: 'takes a code a millisecond too long',
    says: /accepts a code until its lifetime ends, not longer/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async open(challenge: NewChallenge): Promise<Opening> {
          const codes = challenge.codes.map((code) => ({ ...code, lifetimeMs: code.lifetimeMs + 1 }));
          return super.open({ ...challenge, codes });
        }
      })(clock),
  },
  {
    name: 'compares the beginnings of digests',
    says: /never takes a digest for one that only begins like it/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async open(challenge: NewChallenge): Promise<Opening> {
          const codes = challenge.codes.map((code) =>
            code.kind === 'local' ? { ...code, digest: code.digest.slice(0, 4) } : code,
          );
          return super.open({ ...challenge, codes });
        }
        override async check(check: StoreCheck): Promise<CheckStep> {
          const guesses = check.guesses.map(({ id, digests }) => ({ id, digests: digests.map((d) => d.slice(0, 4)) }));
          return super.check({ ...check, guesses });
        }
      })(clock),
  },
  {
    name: 'ignores what was sent',
    says: /accepts after settling only the codes that may have been sent/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async settle(): Promise<void> {}
      })(clock),
  },
  {
    name: 'names the earliest provider first',
    says: /the latest first/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async open(challenge: NewChallenge): Promise<Opening> {
          const opening = await super.open(challenge);
          return opening.state === 'opened' ? { ...opening, previous: opening.previous.toReversed() } : opening;
        }
      })(clock),
  },
  {
    name: 'forgets failures with an opening',
    says: /locks a subject with too many failures/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async open(challenge: NewChallenge): Promise<Opening> {
          return super.open({ ...challenge, maxFailures: Number.POSITIVE_INFINITY });
        }
      })(clock),
  },
  {
    name: 'gives any check back',
    says: /gives back what a check has charged once/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async conclude(conclusion: CheckConclusion) {
          const answer = await super.conclude(conclusion);
          return conclusion.verdict === 'refund' ? 'refunded' : answer;
        }
      })(clock),
  },
  {
    name: 'approves what was canceled',
    says: /it approves nothing that has ended or is not known/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async conclude(conclusion: CheckConclusion) {
          const answer = await super.conclude(conclusion);
          return conclusion.verdict === 'approved' ? 'approved' : answer;
        }
      })(clock),
  },
  {
    name: 'ends the live challenges and keeps the failures',
    says: /ends every challenge of a subject, forgets its failures/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async end(subject: string): Promise<SubjectState> {
          const before = await this.read(subject);
          for (const { id } of before.challenges) await this.cancel(subject, id);
          return before;
        }
      })(clock),
  },
  {
    name: 'reads after the end',
    says: /answers what was there before/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async end(subject: string, keepMs: number): Promise<SubjectState> {
          await super.end(subject, keepMs);
          return this.read(subject);
        }
      })(clock),
  },
  {
    name: 'counts one guess under both subjects of a phone',
    says: /charges the check and no failure if the failure is counted elsewhere/u,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async check({ countsFailure: _, ...check }: StoreCheck): Promise<CheckStep> {
          return super.check(check);
        }
      })(clock),
  },
  {
    name: 'answers wrongly only in a rare case',
    says: /step \d+ of the random sequence \d+ \(seed: \d+ begins with it\).*"call":"check".*\nRemedy: /su,
    make: (clock) =>
      new (class extends MemoryVerificationStore {
        override async check(check: StoreCheck): Promise<CheckStep> {
          const step = await super.check(check);
          const isRare = step.state === 'ask' && step.issuers.length === 3 && step.checksLeft === 0 && step.judged;
          return isRare ? { ...step, judged: false } : step;
        }
      })(clock),
  },
];

describe('a wrong store of verifications', () => describeWrongStores('verification', wrongVerification));

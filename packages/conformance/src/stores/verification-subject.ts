import type {
  ChallengeState,
  CheckStep,
  IssuedCode,
  LiveCode,
  LocalCode,
  Opening,
  SubjectState,
  VerificationStore,
} from '@polysms/core/stores';
import type { StoreBench } from './store-bench.js';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** What the tests use where they say nothing else. */
export const usual = {
  maxChecks: 5,
  lifetimeMs: 5 * minute,
  maxFailures: 15,
  failureWindowMs: 24 * hour,
  maxLive: 3,
  keepMs: hour,
} as const;

type Limits = Partial<Pick<LiveCode, 'maxChecks' | 'lifetimeMs'>>;

/** A code of ours; its digest is usually `right`. */
export function local(digest = 'right', limits: Limits = {}): LocalCode {
  return { kind: 'local', digest, maxChecks: usual.maxChecks, lifetimeMs: usual.lifetimeMs, ...limits };
}

export function issued(provider: string, limits: Limits & Pick<IssuedCode, 'reference'> = {}): IssuedCode {
  return { kind: 'issued', provider, maxChecks: usual.maxChecks, lifetimeMs: usual.lifetimeMs, ...limits };
}

/** A check as the tests write it: of the challenges `of`, by their short names. */
export interface CheckOf {
  readonly of?: readonly string[];
  readonly digests?: readonly string[];
  readonly purpose?: string;
  readonly token?: string;
  readonly maxFailures?: number;
  readonly failureWindowMs?: number;
  readonly keepMs?: number;
  readonly countsFailure?: boolean;
}

/** One subject of a store. Its challenges have short names in the tests: `a`, `b`. */
export class TestSubject {
  readonly name: string;
  readonly challenged: { readonly to: string; readonly purpose: string };
  readonly #bench: StoreBench<VerificationStore>;
  #tokens = 0;

  constructor(bench: StoreBench<VerificationStore>, name = 'subject', purpose = 'login') {
    this.#bench = bench;
    this.name = `${bench.prefix}${name}`;
    this.challenged = { to: '+8613800138000', purpose };
  }

  id(challenge: string): string {
    return `${this.name}:${challenge}`;
  }

  async open(
    challenge: string,
    codes: readonly LiveCode[] = [local()],
    limits: { readonly maxFailures?: number; readonly maxLive?: number; readonly keepMs?: number } = {},
  ): Promise<Opening> {
    const { maxFailures, maxLive, keepMs } = usual;
    const id = this.id(challenge);
    return this.#bench.store.open({
      subject: this.name,
      id,
      ...this.challenged,
      codes,
      maxFailures,
      maxLive,
      keepMs,
      ...limits,
    });
  }

  async settle(challenge: string, codes: readonly LiveCode[], providers: readonly string[] = []): Promise<void> {
    await this.#bench.store.settle(this.name, this.id(challenge), { codes, providers });
  }

  /** The digest is usually wrong, the challenge usually `a`, and the token one of its own. */
  async check({
    of = ['a'],
    digests = ['wrong'],
    token = this.#newToken(),
    ...limits
  }: CheckOf = {}): Promise<CheckStep> {
    const { maxFailures, failureWindowMs, keepMs } = usual;
    return this.#bench.store.check({
      subject: this.name,
      guesses: of.map((challenge) => ({ id: this.id(challenge), digests })),
      token,
      maxFailures,
      failureWindowMs,
      keepMs,
      ...limits,
    });
  }

  async checkRight(check: CheckOf = {}): Promise<CheckStep> {
    return this.check({ digests: ['right'], ...check });
  }

  async conclude(
    verdict: 'approved' | 'refund',
    token: string,
    of: readonly string[] = ['a'],
    keepMs: number = usual.keepMs,
    countsFailure?: boolean,
  ): Promise<'approved' | 'refunded' | 'not-found'> {
    const ids = of.map((challenge) => this.id(challenge));
    return this.#bench.store.conclude({ subject: this.name, token, ids, verdict, keepMs, countsFailure });
  }

  async cancel(challenge: string): Promise<boolean> {
    return this.#bench.store.cancel(this.name, this.id(challenge));
  }

  async end(keepMs: number = usual.keepMs): Promise<SubjectState> {
    return this.#bench.store.end(this.name, keepMs);
  }

  async read(): Promise<SubjectState> {
    return this.#bench.store.read(this.name);
  }

  async demandCheck(
    check: CheckOf,
    expected: Readonly<Record<string, unknown>> & { readonly state: CheckStep['state'] },
    question: string,
  ): Promise<void> {
    const answer = expected.state === 'not-found' ? expected : { ...expected, ...this.challenged };
    this.#bench.demandAnswer(await this.check(check), answer, question);
  }

  async demandApproved(check: CheckOf, question: string): Promise<void> {
    await this.demandCheck({ digests: ['right'], ...check }, { state: 'approved' }, question);
  }

  /** Demands the states of all that is remembered, such as `{ a: 'approved', b: 'canceled' }`. */
  async demandStates(expected: Readonly<Record<string, ChallengeState['state']>>, question: string): Promise<void> {
    const { challenges } = await this.read();
    const states = challenges.map(({ id, state }) => [id, state]);
    const expectedStates = Object.entries(expected).map(([challenge, state]) => [this.id(challenge), state]);
    this.#bench.demandAnswer(states, expectedStates, question);
  }

  async demandFailures(failures: number, failuresEndInMs: number, question: string): Promise<void> {
    const { challenges: _, ...counted } = await this.read();
    this.#bench.demandAnswer(counted, { failures, failuresEndInMs }, question);
  }

  #newToken(): string {
    this.#tokens += 1;
    return `token-${this.#tokens}`;
  }
}

import type {
  CheckConclusion,
  LiveCode,
  NewChallenge,
  SentCodes,
  StoreCheck,
  VerificationStore,
} from '@polysms/core/stores';
import { randomIntegers } from '../random-integers.js';
import type { VerificationModel } from './verification-model.js';
import { minute } from './verification-subject.js';

/** One operation of a random sequence, or time that passes. */
export type VerificationStep =
  | { readonly call: 'open'; readonly challenge: NewChallenge }
  | { readonly call: 'settle'; readonly subject: string; readonly id: string; readonly sent: SentCodes }
  | { readonly call: 'check'; readonly check: StoreCheck }
  | { readonly call: 'conclude'; readonly conclusion: CheckConclusion }
  | { readonly call: 'cancel'; readonly subject: string; readonly id: string }
  | { readonly call: 'read'; readonly subject: string }
  | { readonly call: 'end'; readonly subject: string; readonly keepMs: number }
  | { readonly call: 'advance'; readonly ms: number };

/** Has a store, or the model, do a step. */
export function answerTo(
  store: VerificationStore | VerificationModel,
  step: Exclude<VerificationStep, { call: 'advance' }>,
): unknown {
  switch (step.call) {
    case 'open':
      return store.open(step.challenge);
    case 'settle':
      return store.settle(step.subject, step.id, step.sent);
    case 'check':
      return store.check(step.check);
    case 'conclude':
      return store.conclude(step.conclusion);
    case 'cancel':
      return store.cancel(step.subject, step.id);
    case 'read':
      return store.read(step.subject);
    case 'end':
      return store.end(step.subject, step.keepMs);
  }
}

/** Times are multiples of a minute, so that many things end at the same moment. */
const unit = minute;

/**
 * A random sequence of operations on two subjects, with so few ids, tokens and digests that they collide.
 *
 * @param prefix comes before the subjects and the ids
 */
export function randomSteps(seed: number, length: number, prefix: string): readonly VerificationStep[] {
  const random = randomIntegers(seed);
  const oneOf = <Item>(items: readonly [Item, ...Item[]]): Item => items[random(0, items.length - 1)] ?? items[0];
  const some = <Item>(items: readonly Item[]): readonly Item[] => {
    const from = random(0, items.length - 1);
    return [...items.slice(from), ...items.slice(0, from)].slice(0, random(1, items.length));
  };
  // What an app configures stays the same for a whole sequence.
  const limits = { maxFailures: oneOf([1, 2, 3, 4, 6, 9]), maxLive: random(1, 4) };
  const failureWindowMs = oneOf([2, 5, 12]) * unit;
  const keepMs = () => random(1, 5) * unit;

  const subject = () => `${prefix}${random(0, 5) === 0 ? 'other' : 'subject'}`;
  const idsOf = (owner: string) => ['a', 'b', 'c', 'd'].map((name) => `${owner}:${name}`);
  const id = (owner: string) => `${owner}:${oneOf(['a', 'b', 'c', 'd'])}`;
  const token = () => oneOf(['t', 'u', 'v']);
  // The same in a check and in its conclusion.
  const countsFailure = (of: string) => of !== 'v';
  const codes = (): readonly LiveCode[] => {
    const numbers = () => ({ maxChecks: random(1, 3), lifetimeMs: random(1, 6) * unit });
    const issued = (): LiveCode => {
      const reference = oneOf([undefined, 'r1', 'r2']);
      const code = { kind: 'issued', provider: oneOf(['p', 'q', 's']), ...numbers() } as const;
      return reference === undefined ? code : { ...code, reference };
    };
    const local = (): LiveCode => ({ kind: 'local', digest: oneOf(['x', 'y', 'zz']), ...numbers() });
    const kinds = oneOf([[local], [issued], [issued, local], [local, issued, issued]]);
    return kinds.map((make) => make());
  };
  const to = '+8613800138000';
  const steps: Record<VerificationStep['call'], () => VerificationStep> = {
    open: () => {
      const owner = subject();
      const challenge = {
        subject: owner,
        id: id(owner),
        to,
        purpose: 'login',
        codes: codes(),
        ...limits,
        keepMs: keepMs(),
      };
      return { call: 'open', challenge };
    },
    settle: () => {
      const owner = subject();
      const providers = some(['p', 'q', 's']);
      return {
        call: 'settle',
        subject: owner,
        id: id(owner),
        sent: { codes: random(0, 4) === 0 ? [] : codes(), providers },
      };
    },
    check: () => {
      const owner = subject();
      const guesses = some(idsOf(owner)).map((each) => ({
        id: each,
        digests: some(['x', 'y', 'zz', 'zzz', '']).slice(0, 2),
      }));
      const { maxFailures } = limits;
      const purpose = oneOf([undefined, undefined, 'login', 'reset']);
      const named = token();
      const limited = { maxFailures, failureWindowMs, keepMs: keepMs(), countsFailure: countsFailure(named) };
      return { call: 'check', check: { subject: owner, guesses, purpose, token: named, ...limited } };
    },
    conclude: () => {
      const owner = subject();
      const verdict = oneOf(['approved', 'refund', 'refund'] as const);
      const named = token();
      const ended = { ids: some(idsOf(owner)), verdict, keepMs: keepMs(), countsFailure: countsFailure(named) };
      return { call: 'conclude', conclusion: { subject: owner, token: named, ...ended } };
    },
    cancel: () => {
      const owner = subject();
      return { call: 'cancel', subject: owner, id: id(owner) };
    },
    read: () => ({ call: 'read', subject: subject() }),
    end: () => ({ call: 'end', subject: subject(), keepMs: keepMs() }),
    advance: () => ({ call: 'advance', ms: random(1, 4) * unit }),
  };
  const weighted = [
    ...Array<'open'>(5).fill('open'),
    ...Array<'check'>(7).fill('check'),
    ...Array<'advance'>(3).fill('advance'),
    ...(['settle', 'settle', 'conclude', 'conclude', 'cancel', 'read', 'end'] as const),
  ] as const;
  return Array.from({ length }, () => steps[weighted[random(0, weighted.length - 1)] ?? 'read']());
}

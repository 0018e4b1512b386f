import { inspect } from 'node:util';
import {
  isSmsError,
  type KeyClaim,
  type Limit,
  type LimitStore,
  type LocalCode,
  type MessageRecord,
  type NewChallenge,
  type StoreCheck,
  type TakenUnit,
  type TakeResult,
} from '@polysms/core/stores';
import { expect } from 'vitest';

/** A phone that must not be seen in an error. */
export const phone = '+8613800138000';
export const subject = 'c3ViamVjdA';
export const digest = 'ZGlnZXN0LW9mLXRoZS1yaWdodC1jb2Rl';

export const localCode: LocalCode = { kind: 'local', digest, maxChecks: 5, lifetimeMs: 300_000 };

export function challenge(more: Partial<NewChallenge> = {}): NewChallenge {
  const purpose = 'sign-in';
  const limits = { maxFailures: 15, maxLive: 5, keepMs: 60_000 };
  return { subject, id: 'first', to: phone, purpose, codes: [localCode], ...limits, ...more };
}

export function check(guess: string, more: Partial<StoreCheck> = {}): StoreCheck {
  const limits = { maxFailures: 15, failureWindowMs: 86_400_000, keepMs: 60_000 };
  return { subject, guesses: [{ id: 'first', digests: [guess] }], token: 'token', ...limits, ...more };
}

/** The first record of a message. */
export function record(more: Partial<MessageRecord> = {}): MessageRecord {
  const [createdAt, settlesBy] = [1_767_225_600_000, 1_767_225_610_000];
  const message = { kind: 'message', to: phone, providers: ['mob'], attempts: [] } as const;
  return { version: 1, id: 'message-1', revision: 1, ...message, createdAt, settlesBy, ...more };
}

export function claimOf(more: Partial<KeyClaim> = {}): KeyClaim {
  return { key: 'order 1', fingerprint: 'print', ttlMs: 60_000, ...more };
}

export const hourly: Limit = { max: 2, windowMs: 3_600_000 };

/** Takes one unit. */
export async function take(limits: LimitStore, key: string, limit = hourly): Promise<TakeResult> {
  return limits.takeAll([{ key, limit }]);
}

/** Takes one unit, which must be left. */
export async function taken(limits: LimitStore, key: string, limit = hourly): Promise<readonly TakenUnit[]> {
  const result = await take(limits, key, limit);
  return result.taken ? result.units : expect.fail(`${key} is full.`);
}

/** Demands a `store_unavailable` that says these words, and nothing of what was asked. */
export async function expectUnavailable(
  asked: unknown,
  outcome: 'not-sent' | 'unknown',
  words: string | RegExp,
): Promise<void> {
  const error = await Promise.resolve(asked).then(
    (answer) => expect.fail(`answered ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  if (!isSmsError(error)) return expect.fail(`rejected with ${inspect(error)}`);
  expect(error.message).toMatch(words);
  expect(error).toMatchObject({ code: 'store_unavailable', outcome });
  expect(error.cause).toBeUndefined();
  const shown = `${inspect(error, { depth: 10, showHidden: true })}${error.stack}${JSON.stringify(error)}`;
  for (const argument of [phone, phone.slice(1), digest, subject]) expect(shown).not.toContain(argument);
}

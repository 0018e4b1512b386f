import type { ChallengeState, LiveCode, NewChallenge, SentCodes } from './verification-store.js';

/** What is remembered of a subject. Empty, it need not be remembered. */
export interface SubjectRecord {
  /** Oldest first. */
  challenges: ChallengeRecord[];
  /** Undefined without any; the count is at least 1. */
  failures: Failures | undefined;
}

export interface Failures {
  count: number;
  readonly endsAt: number;
}

/** A challenge is pending until it has ended, also when its codes have expired or run out of checks. */
export interface ChallengeRecord {
  readonly id: string;
  readonly to: string;
  readonly purpose: string;
  readonly openedAt: number;
  readonly keepMs: number;
  codes: readonly LiveCode[];
  /** Those that may have sent a code, in the order of the attempts. */
  providers: readonly string[];
  /** Charged to every code of the challenge at once. */
  checks: number;
  ended: 'approved' | 'canceled' | undefined;
  /** Of the check that was charged last, or that approved it. */
  lastToken: string | undefined;
  forgetAt: number;
}

/** Until it is settled, every code may have been sent. */
export function challengeRecord(challenge: NewChallenge, now: number): ChallengeRecord {
  const { id, to, purpose, keepMs, codes } = challenge;
  const record: ChallengeRecord = {
    id,
    to,
    purpose,
    openedAt: now,
    keepMs,
    codes: [],
    providers: [],
    checks: 0,
    ended: undefined,
    lastToken: undefined,
    forgetAt: 0,
  };
  setCodes(record, { codes, providers: issuersOf(codes) });
  return record;
}

function issuersOf(codes: readonly LiveCode[]): readonly string[] {
  const providers: string[] = [];
  for (const code of codes) if (code.kind === 'issued') providers.push(code.provider);
  return providers;
}

/** Copies all that it is given: the caller may change its objects later. */
export function setCodes(challenge: ChallengeRecord, { codes, providers }: SentCodes): void {
  challenge.codes = codes.map((code) => ({ ...code }));
  challenge.providers = [...providers];
  challenge.forgetAt = lastExpiry(challenge) + challenge.keepMs;
}

export function endChallenge(challenge: ChallengeRecord, ended: 'approved' | 'canceled', forgetAt: number): void {
  challenge.ended = ended;
  challenge.forgetAt = forgetAt;
}

/** Forgets what need no longer be remembered. */
export function prune(record: SubjectRecord, now: number): void {
  if (record.challenges.some(({ forgetAt }) => forgetAt <= now)) {
    record.challenges = record.challenges.filter(({ forgetAt }) => forgetAt > now);
  }
  if (record.failures !== undefined && record.failures.endsAt <= now) record.failures = undefined;
}

/** When nothing of it need be remembered any more; undefined if that is now. */
export function forgetRecordAt({ challenges, failures }: SubjectRecord): number | undefined {
  let last = failures?.endsAt;
  for (const { forgetAt } of challenges) last = last === undefined ? forgetAt : Math.max(last, forgetAt);
  return last;
}

export function isExpired({ openedAt }: ChallengeRecord, { lifetimeMs }: LiveCode, now: number): boolean {
  return now >= openedAt + lifetimeMs;
}

/** Whether a code could be accepted, unless its challenge has ended. */
export function isLiveCode(
  challenge: ChallengeRecord,
  code: LiveCode,
  now: number,
  checks = challenge.checks,
): boolean {
  return checks < code.maxChecks && !isExpired(challenge, code, now);
}

export function isLive(challenge: ChallengeRecord, now: number): boolean {
  return challenge.ended === undefined && challenge.codes.some((code) => isLiveCode(challenge, code, now));
}

export function stateOf(challenge: ChallengeRecord, now: number): ChallengeState['state'] {
  const { ended, codes, checks } = challenge;
  if (ended !== undefined) return ended;
  if (isLive(challenge, now)) return 'pending';
  const ranOut = codes.some((code) => !isExpired(challenge, code, now));
  return ranOut || codes.every(({ maxChecks }) => checks >= maxChecks) ? 'exhausted' : 'expired';
}

/** Checks that are left of the codes that have not expired, whatever the failures of the subject. */
export function checksLeftOf(challenge: ChallengeRecord, now: number): number {
  let left = 0;
  for (const code of challenge.codes) {
    if (!isExpired(challenge, code, now)) left = Math.max(left, code.maxChecks - challenge.checks);
  }
  return left;
}

export function lastExpiry({ openedAt, codes }: ChallengeRecord): number {
  let longest = 0;
  for (const { lifetimeMs } of codes) longest = Math.max(longest, lifetimeMs);
  return openedAt + longest;
}

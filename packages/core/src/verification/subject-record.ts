import type { ChallengeState, LiveCode, NewChallenge, Opening, SentCodes, SubjectState } from './verification-store.js';

/** What is remembered of a subject. Empty, it need not be remembered. */
export interface SubjectRecord {
  /** Oldest first. */
  challenges: ChallengeRecord[];
  /** Undefined without any; the count is at least 1. */
  failures: { count: number; readonly endsAt: number } | undefined;
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
function challengeRecord(challenge: NewChallenge, now: number): ChallengeRecord {
  const { id, to, purpose, keepMs, codes } = challenge;
  const record: ChallengeRecord = {
    id,
    to,
    purpose,
    openedAt: now,
    keepMs,
    codes: noCodes,
    providers: noProviders,
    checks: 0,
    ended: undefined,
    lastToken: undefined,
    forgetAt: 0,
  };
  const providers = codes.flatMap((code) => (code.kind === 'issued' ? [code.provider] : []));
  setCodes(record, { codes, providers });
  return record;
}

/** Copies all that it is given: the caller may change its objects later. */
function setCodes(challenge: ChallengeRecord, { codes, providers }: SentCodes): void {
  challenge.codes = codes.map((code) => ({ ...code }));
  challenge.providers = [...providers];
  challenge.forgetAt = lastExpiry(challenge) + challenge.keepMs;
}

/** Ends every challenge that has not ended, as canceled but for one that is approved, and forgets the failures. */
export function endAll(record: SubjectRecord, forgetAt: number, approved?: ChallengeRecord): void {
  for (const challenge of record.challenges) {
    if (challenge.ended !== undefined) continue;
    endChallenge(challenge, challenge === approved ? 'approved' : 'canceled', forgetAt);
  }
  record.failures = undefined;
}

/** What is good for nothing any more is not kept: its codes, and of a phone that was reached who reached it. */
function endChallenge(challenge: ChallengeRecord, ended: 'approved' | 'canceled', forgetAt: number): void {
  challenge.ended = ended;
  challenge.forgetAt = forgetAt;
  challenge.codes = noCodes;
  if (ended === 'approved') challenge.providers = noProviders;
}

const noCodes: readonly LiveCode[] = [];
const noProviders: readonly string[] = [];

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
  for (const { forgetAt } of challenges) if (last === undefined || forgetAt > last) last = forgetAt;
  return last;
}

function isExpired({ openedAt }: ChallengeRecord, { lifetimeMs }: LiveCode, now: number): boolean {
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
  const inTime = challenge.codes.filter((code) => !isExpired(challenge, code, now));
  return Math.max(0, ...inTime.map(({ maxChecks }) => maxChecks - challenge.checks));
}

function lastExpiry({ openedAt, codes }: ChallengeRecord): number {
  return openedAt + Math.max(0, ...codes.map(({ lifetimeMs }) => lifetimeMs));
}

/** `VerificationStore.open` for one subject. What has been forgotten is expected to be gone from the record. */
export function openChallenge(record: SubjectRecord, challenge: NewChallenge, now: number): Opening {
  const { challenges, failures } = record;
  if (!challenges.some(({ id }) => id === challenge.id)) {
    if (failures !== undefined && failures.count >= challenge.maxFailures) {
      return { state: 'locked', reason: 'failures', retryAfterMs: failures.endsAt - now };
    }
    const live = challenges.filter((each) => isLive(each, now));
    if (live.length >= challenge.maxLive) {
      const retryAfterMs = Math.min(...live.map((each) => liveUntil(each, now))) - now;
      return { state: 'locked', reason: 'challenges', retryAfterMs };
    }
    // Enough to tell late checks why; without a bound, whoever starts and cancels would fill the store.
    for (let excess = challenges.length + 1 - 2 * challenge.maxLive; excess > 0; excess -= 1) {
      challenges.splice(
        challenges.findIndex((each) => !isLive(each, now)),
        1,
      );
    }
    // A list that grows gets room for many, and most subjects have one challenge.
    record.challenges = challenges.concat(challengeRecord(challenge, now));
  }
  return { state: 'opened', previous: previousProviders(record.challenges, challenge.id) };
}

/** `VerificationStore.settle` for one subject. */
export function settleChallenge(record: SubjectRecord, id: string, sent: SentCodes): void {
  const challenge = pendingChallenge(record, id);
  if (challenge === undefined) return;
  if (sent.codes.length > 0) setCodes(challenge, sent);
  else record.challenges = record.challenges.filter((each) => each !== challenge);
}

/** `VerificationStore.cancel` for one subject. */
export function cancelChallenge(record: SubjectRecord, id: string, now: number): boolean {
  const challenge = pendingChallenge(record, id);
  if (challenge === undefined || !isLive(challenge, now)) return false;
  endChallenge(challenge, 'canceled', now + challenge.keepMs);
  return true;
}

/** `VerificationStore.read` for one subject. */
export function readSubject({ challenges, failures }: SubjectRecord, now: number): SubjectState {
  return {
    challenges: challenges.map((challenge) => readChallenge(challenge, now)),
    failures: failures?.count ?? 0,
    failuresEndInMs: failures === undefined ? 0 : failures.endsAt - now,
  };
}

/** `VerificationStore.end` for one subject. */
export function endSubject(record: SubjectRecord, keepMs: number, now: number): SubjectState {
  const before = readSubject(record, now);
  endAll(record, now + keepMs);
  return before;
}

function readChallenge(challenge: ChallengeRecord, now: number): ChallengeState {
  const { id, to, purpose } = challenge;
  const state = stateOf(challenge, now);
  return state === 'pending'
    ? { id, to, purpose, state, checksLeft: checksLeftOf(challenge, now), expiresInMs: lastExpiry(challenge) - now }
    : { id, to, purpose, state, checksLeft: 0, expiresInMs: 0 };
}

function pendingChallenge({ challenges }: SubjectRecord, id: string): ChallengeRecord | undefined {
  return challenges.find((challenge) => challenge.id === id && challenge.ended === undefined);
}

/** When the last of its live codes expires. */
function liveUntil(challenge: ChallengeRecord, now: number): number {
  const live = challenge.codes.filter((code) => isLiveCode(challenge, code, now));
  return challenge.openedAt + Math.max(...live.map(({ lifetimeMs }) => lifetimeMs));
}

/** Who has failed to reach the phone, as far as is known: the latest first. */
function previousProviders(challenges: readonly ChallengeRecord[], except: string): readonly string[] {
  const tried = challenges.filter(({ id, ended }) => id !== except && ended !== 'approved');
  if (tried.length === 0) return [];
  return [...new Set(tried.flatMap(({ providers }) => providers).reverse())];
}

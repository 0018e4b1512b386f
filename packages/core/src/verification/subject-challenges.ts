import {
  type ChallengeRecord,
  challengeRecord,
  checksLeftOf,
  endChallenge,
  isLive,
  isLiveCode,
  lastExpiry,
  type SubjectRecord,
  setCodes,
  stateOf,
} from './subject-record.js';
import type { ChallengeState, NewChallenge, Opening, SentCodes, SubjectState } from './verification-store.js';

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
    challenges.push(challengeRecord(challenge, now));
  }
  return { state: 'opened', previous: previousProviders(challenges, challenge.id) };
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
  for (const challenge of record.challenges) {
    if (challenge.ended === undefined) endChallenge(challenge, 'canceled', now + keepMs);
  }
  record.failures = undefined;
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

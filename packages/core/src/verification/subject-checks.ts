import { timingSafeEqual } from 'node:crypto';
import {
  type ChallengeRecord,
  checksLeftOf,
  endAll,
  isLive,
  isLiveCode,
  type SubjectRecord,
  stateOf,
} from './subject-record.js';
import type { Challenged, CheckConclusion, CheckStep, Guess, Issuer, StoreCheck } from './verification-store.js';

/** `VerificationStore.check` for one subject. What has been forgotten is expected to be gone from the record. */
export function checkSubject(record: SubjectRecord, check: StoreCheck, now: number): CheckStep {
  const { token, guesses, maxFailures, keepMs } = check;
  const ids = guesses.map(({ id }) => id);
  const known = challengesOf(record, ids).filter(({ purpose }) => purpose === (check.purpose ?? purpose));
  const approvedBefore = known.find((challenge) => wasApprovedBy(challenge, token));
  if (approvedBefore !== undefined) return { state: 'approved', ...challengedOf(approvedBefore) };
  const pending = known.filter(({ ended }) => ended === undefined);
  const [first] = pending;
  if (first === undefined) return { state: 'not-found' };

  const repeated = pending.some(({ lastToken }) => lastToken === token);
  if (!repeated) {
    if (failuresOf(record) >= maxFailures) return { state: 'exhausted', ...challengedOf(first) };
    const dead = deadState(pending, now);
    if (dead !== undefined) return { state: dead, ...challengedOf(first) };
  }
  const right = pending.find((challenge) => fits(challenge, guesses, now));
  if (right !== undefined) {
    approve(record, right, token, now + keepMs);
    return { state: 'approved', ...challengedOf(right) };
  }
  if (!repeated) charge(record, pending, check, now);

  const left = Math.max(...pending.map((challenge) => checksLeftOf(challenge, now)));
  const checksLeft = Math.max(0, Math.min(left, maxFailures - failuresOf(record)));
  const { issuers, judged } = comparedWith(pending, token, now);
  return issuers.length > 0
    ? { state: 'ask', issuers, checksLeft, judged, ...challengedOf(first) }
    : { state: 'incorrect', checksLeft, ...challengedOf(first) };
}

/** `VerificationStore.conclude` for one subject. */
export function concludeSubject(
  record: SubjectRecord,
  { ids, token, verdict, keepMs, countsFailure = true }: CheckConclusion,
  now: number,
): 'approved' | 'refunded' | 'not-found' {
  const known = challengesOf(record, ids);
  if (verdict === 'refund') return refund(record, known, token, countsFailure) ? 'refunded' : 'not-found';
  if (known.some((challenge) => wasApprovedBy(challenge, token))) return 'approved';
  // A provider's word counts, also when the last check was charged or the time ran out meanwhile.
  const pending = known.find(({ ended }) => ended === undefined);
  if (pending === undefined) return 'not-found';
  approve(record, pending, token, now + keepMs);
  return 'approved';
}

/** In the order of the ids, each once. */
function challengesOf({ challenges }: SubjectRecord, ids: readonly string[]): readonly ChallengeRecord[] {
  const found: ChallengeRecord[] = [];
  for (const id of ids) {
    const challenge = challenges.find((each) => each.id === id);
    if (challenge !== undefined && !found.includes(challenge)) found.push(challenge);
  }
  return found;
}

/** The same command, once more: its answer may have been lost. */
function wasApprovedBy({ ended, lastToken }: ChallengeRecord, token: string): boolean {
  return ended === 'approved' && lastToken === token;
}

function challengedOf({ to, purpose }: ChallengeRecord): Challenged {
  return { to, purpose };
}

function failuresOf({ failures }: SubjectRecord): number {
  return failures?.count ?? 0;
}

/** Why no code can be accepted; undefined if one can. */
function deadState(pending: readonly ChallengeRecord[], now: number): 'expired' | 'exhausted' | undefined {
  if (pending.some((challenge) => isLive(challenge, now))) return undefined;
  return pending.some((challenge) => stateOf(challenge, now) === 'exhausted') ? 'exhausted' : 'expired';
}

/** Of guesses with the same id the first counts. */
function fits(challenge: ChallengeRecord, guesses: readonly Guess[], now: number): boolean {
  const digests = guesses.find(({ id }) => id === challenge.id)?.digests ?? [];
  return challenge.codes.some(
    (code) =>
      code.kind === 'local' &&
      isLiveCode(challenge, code, now) &&
      digests.some((digest) => isSameDigest(digest, code.digest)),
  );
}

/** Takes the same time wherever they differ. */
function isSameDigest(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

function approve(record: SubjectRecord, approved: ChallengeRecord, token: string, forgetAt: number): void {
  endAll(record, forgetAt, approved);
  approved.lastToken = token;
}

function charge(
  record: SubjectRecord,
  pending: readonly ChallengeRecord[],
  { token, failureWindowMs, countsFailure = true }: StoreCheck,
  now: number,
): void {
  for (const challenge of pending) {
    if (!isLive(challenge, now)) continue;
    challenge.checks += 1;
    challenge.lastToken = token;
  }
  if (!countsFailure) return;
  if (record.failures === undefined) record.failures = { count: 1, endsAt: now + failureWindowMs };
  else record.failures.count += 1;
}

function refund(
  record: SubjectRecord,
  known: readonly ChallengeRecord[],
  token: string,
  countsFailure: boolean,
): boolean {
  const charged = known.filter(({ ended, lastToken }) => ended === undefined && lastToken === token);
  if (charged.length === 0) return false;
  for (const challenge of charged) {
    challenge.checks -= 1;
    challenge.lastToken = undefined;
  }
  const { failures } = record;
  if (failures !== undefined && countsFailure)
    record.failures = failures.count > 1 ? { ...failures, count: failures.count - 1 } : undefined;
  return true;
}

/** The codes that were live before the check was charged, now or the first time: who made them, and whether we did. */
function comparedWith(
  pending: readonly ChallengeRecord[],
  token: string,
  now: number,
): { readonly issuers: readonly Issuer[]; readonly judged: boolean } {
  const issuers: Issuer[] = [];
  let judged = false;
  for (const challenge of pending) {
    const { id, checks, codes, lastToken } = challenge;
    for (const code of codes) {
      if (!isLiveCode(challenge, code, now, lastToken === token ? checks - 1 : checks)) continue;
      if (code.kind === 'local') {
        judged = true;
        continue;
      }
      const { provider, reference } = code;
      const isKnown = issuers.some((each) => each.provider === provider && each.reference === reference);
      if (!isKnown) issuers.push(reference === undefined ? { id, provider } : { id, provider, reference });
    }
  }
  return { issuers, judged };
}

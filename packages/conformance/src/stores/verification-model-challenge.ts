import type { ChallengeState, LiveCode, NewChallenge } from '@polysms/core/stores';

/** A code with the moment at which it expires. */
export type ModelCode = LiveCode & { readonly until: number };

export interface ModelChallenge extends Pick<NewChallenge, 'subject' | 'id' | 'to' | 'purpose' | 'keepMs'> {
  readonly opened: number;
  readonly codes: readonly ModelCode[];
  readonly providers: readonly string[];
  readonly checks: number;
  readonly ended?: 'approved' | 'canceled';
  readonly token?: string | undefined;
  readonly forget: number;
}

/** All failures of a window are forgotten together. */
export interface ModelFailures {
  readonly count: number;
  readonly ends: number;
}

export function withCodes({ opened, keepMs }: Pick<ModelChallenge, 'opened' | 'keepMs'>, codes: readonly LiveCode[]) {
  const dated = codes.map((code): ModelCode => ({ ...code, until: opened + code.lifetimeMs }));
  return { codes: dated, forget: Math.max(...dated.map(({ until }) => until)) + keepMs };
}

export function liveCodes(
  { codes, checks }: Pick<ModelChallenge, 'codes' | 'checks'>,
  now: number,
): readonly ModelCode[] {
  return codes.filter(({ until, maxChecks }) => now < until && checks < maxChecks);
}

export function stateOf(challenge: ModelChallenge, now: number): ChallengeState['state'] {
  const { ended, codes, checks } = challenge;
  if (ended !== undefined) return ended;
  if (liveCodes(challenge, now).length > 0) return 'pending';
  if (codes.some(({ until }) => now < until)) return 'exhausted';
  return checks >= Math.max(...codes.map(({ maxChecks }) => maxChecks)) ? 'exhausted' : 'expired';
}

export function readChallenge(challenge: ModelChallenge, now: number): ChallengeState {
  const { id, to, purpose, checks } = challenge;
  const state = stateOf(challenge, now);
  if (state !== 'pending') return { id, to, purpose, state, checksLeft: 0, expiresInMs: 0 };
  const unexpired = challenge.codes.filter(({ until }) => now < until);
  return {
    id,
    to,
    purpose,
    state,
    checksLeft: Math.max(...unexpired.map(({ maxChecks }) => maxChecks - checks)),
    expiresInMs: Math.max(...unexpired.map(({ until }) => until)) - now,
  };
}

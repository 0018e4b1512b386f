import type {
  CheckConclusion,
  CheckStep,
  NewChallenge,
  Opening,
  SentCodes,
  StoreCheck,
  SubjectState,
} from '@polysms/core/stores';
import {
  liveCodes,
  type ModelChallenge,
  type ModelFailures,
  readChallenge,
  stateOf,
  withCodes,
} from './verification-model-challenge.js';

/**
 * What a verification store must answer, written to be read: a list of all challenges that is searched from end to
 * end and never changed in place, and a clock that is moved by hand.
 */
export class VerificationModel {
  now = 0;
  #challenges: readonly ModelChallenge[] = [];
  readonly #failures = new Map<string, ModelFailures>();

  open(challenge: NewChallenge): Opening {
    const { subject, id, to, purpose, codes, maxFailures, maxLive, keepMs } = challenge;
    const others = this.#remembered(subject).filter((each) => each.id !== id);
    if (this.#find(subject, id) !== undefined) return { state: 'opened', previous: previousOf(others) };

    const failures = this.#failuresOf(subject);
    if (failures.count >= maxFailures) {
      return { state: 'locked', reason: 'failures', retryAfterMs: failures.ends - this.now };
    }
    const ends = others
      .filter((each) => stateOf(each, this.now) === 'pending')
      .map((each) => Math.max(...liveCodes(each, this.now).map(({ until }) => until)));
    if (ends.length >= maxLive) {
      return { state: 'locked', reason: 'challenges', retryAfterMs: Math.min(...ends) - this.now };
    }
    let excess = others.length + 1 - 2 * maxLive;
    const forgotten = others.filter((each) => stateOf(each, this.now) !== 'pending' && excess-- > 0);
    this.#challenges = this.#challenges.filter((each) => !forgotten.includes(each));
    const providers = codes.flatMap((code) => (code.kind === 'issued' ? [code.provider] : []));
    const opened = { subject, id, to, purpose, keepMs, opened: this.now, checks: 0 };
    this.#challenges = [...this.#challenges, { ...opened, ...withCodes(opened, codes), providers }];
    return { state: 'opened', previous: previousOf(others.filter((each) => !forgotten.includes(each))) };
  }

  settle(subject: string, id: string, { codes, providers }: SentCodes): void {
    const challenge = this.#find(subject, id);
    if (challenge === undefined || challenge.ended !== undefined) return;
    if (codes.length === 0) this.#challenges = this.#challenges.filter((each) => each !== challenge);
    else this.#replace(challenge, { ...withCodes(challenge, codes), providers });
  }

  check({
    subject,
    guesses,
    purpose,
    token,
    maxFailures,
    failureWindowMs,
    keepMs,
    countsFailure = true,
  }: StoreCheck): CheckStep {
    const find = (id: string) => this.#find(subject, id);
    const known = [...new Set(guesses.flatMap(({ id }) => find(id) ?? []))].filter(
      (each) => purpose === undefined || each.purpose === purpose,
    );
    const challenged = ({ to, purpose }: ModelChallenge) => ({ to, purpose });
    const before = known.find((each) => each.ended === 'approved' && each.token === token);
    if (before !== undefined) return { state: 'approved', ...challenged(before) };
    const open = known.filter(({ ended }) => ended === undefined);
    const [first] = open;
    if (first === undefined) return { state: 'not-found' };

    const repeated = open.some((each) => each.token === token);
    const live = open.filter((each) => liveCodes(each, this.now).length > 0);
    if (!repeated && this.#failuresOf(subject).count >= maxFailures)
      return { state: 'exhausted', ...challenged(first) };
    if (!repeated && live.length === 0) {
      const exhausted = open.some((each) => stateOf(each, this.now) === 'exhausted');
      return { state: exhausted ? 'exhausted' : 'expired', ...challenged(first) };
    }
    const right = live.find((each) => {
      const digests = guesses.filter(({ id }) => id === each.id).flatMap((guess) => guess.digests);
      return liveCodes(each, this.now).some((code) => code.kind === 'local' && digests.includes(code.digest));
    });
    if (right !== undefined) {
      this.#approve(right, token, keepMs);
      return { state: 'approved', ...challenged(right) };
    }

    // The codes that the check was compared with: now, or when it was charged.
    const compared = open.flatMap((each) => {
      const charged = repeated && each.token === token ? 1 : 0;
      return liveCodes({ codes: each.codes, checks: each.checks - charged }, this.now).map((code) => ({
        id: each.id,
        code,
      }));
    });
    if (!repeated) {
      for (const each of live) this.#replace(each, { checks: each.checks + 1, token });
      const { count, ends } = this.#failuresOf(subject);
      const counted = { count: count + 1, ends: count === 0 ? this.now + failureWindowMs : ends };
      if (countsFailure) this.#failures.set(subject, counted);
    }
    const lefts = open.flatMap(({ id }) => {
      const charged = find(id);
      return (
        charged?.codes.filter(({ until }) => this.now < until).map((code) => code.maxChecks - charged.checks) ?? []
      );
    });
    const checksLeft = Math.max(0, Math.min(Math.max(...lefts), maxFailures - this.#failuresOf(subject).count));
    const issuers = compared.flatMap(({ id, code }) =>
      code.kind === 'issued' ? [{ id, provider: code.provider, reference: code.reference }] : [],
    );
    const nameOf = (issuer: (typeof issuers)[number]) => JSON.stringify([issuer.provider, issuer.reference]);
    const once = issuers.filter(
      (each, index) => issuers.findIndex((other) => nameOf(other) === nameOf(each)) === index,
    );
    if (once.length === 0) return { state: 'incorrect', checksLeft, ...challenged(first) };
    const judged = compared.some(({ code }) => code.kind === 'local');
    return { state: 'ask', issuers: once, checksLeft, judged, ...challenged(first) };
  }

  conclude({
    subject,
    token,
    ids,
    verdict,
    keepMs,
    countsFailure = true,
  }: CheckConclusion): 'approved' | 'refunded' | 'not-found' {
    const known = [...new Set(ids.flatMap((id) => this.#find(subject, id) ?? []))];
    const open = known.filter(({ ended }) => ended === undefined);
    if (verdict === 'approved') {
      if (known.some((each) => each.ended === 'approved' && each.token === token)) return 'approved';
      const [first] = open;
      if (first === undefined) return 'not-found';
      this.#approve(first, token, keepMs);
      return 'approved';
    }
    const charged = open.filter((each) => each.token === token);
    if (charged.length === 0) return 'not-found';
    for (const each of charged) this.#replace(each, { checks: each.checks - 1, token: undefined });
    if (!countsFailure) return 'refunded';
    const { count, ends } = this.#failuresOf(subject);
    if (count > 1) this.#failures.set(subject, { count: count - 1, ends });
    else this.#failures.delete(subject);
    return 'refunded';
  }

  cancel(subject: string, id: string): boolean {
    const challenge = this.#find(subject, id);
    if (challenge === undefined || stateOf(challenge, this.now) !== 'pending') return false;
    this.#replace(challenge, { ended: 'canceled', forget: this.now + challenge.keepMs });
    return true;
  }

  read(subject: string): SubjectState {
    const challenges = this.#remembered(subject).map((each) => readChallenge(each, this.now));
    const { count, ends } = this.#failuresOf(subject);
    return { challenges, failures: count, failuresEndInMs: count === 0 ? 0 : ends - this.now };
  }

  end(subject: string, keepMs: number): SubjectState {
    const before = this.read(subject);
    for (const each of this.#remembered(subject)) {
      if (each.ended === undefined) this.#replace(each, { ended: 'canceled', forget: this.now + keepMs });
    }
    this.#failures.delete(subject);
    return before;
  }

  #remembered(subject: string): readonly ModelChallenge[] {
    return this.#challenges.filter((each) => each.subject === subject && this.now < each.forget);
  }

  #find(subject: string, id: string): ModelChallenge | undefined {
    return this.#remembered(subject).find((each) => each.id === id);
  }

  #failuresOf(subject: string): ModelFailures {
    const failures = this.#failures.get(subject);
    return failures !== undefined && this.now < failures.ends ? failures : { count: 0, ends: 0 };
  }

  #approve(approved: ModelChallenge, token: string, keepMs: number): void {
    const forget = this.now + keepMs;
    for (const each of this.#remembered(approved.subject)) {
      if (each === approved) this.#replace(each, { ended: 'approved', token, forget });
      else if (each.ended === undefined) this.#replace(each, { ended: 'canceled', forget });
    }
    this.#failures.delete(approved.subject);
  }

  #replace(challenge: ModelChallenge, changes: Partial<ModelChallenge>): void {
    this.#challenges = this.#challenges.map((each) => (each === challenge ? { ...each, ...changes } : each));
  }
}

/** The providers of challenges that were not approved, the latest first, each once. */
function previousOf(others: readonly ModelChallenge[]): readonly string[] {
  const tried = others.flatMap(({ ended, providers }) => (ended === 'approved' ? [] : providers)).toReversed();
  return tried.filter((provider, index) => tried.indexOf(provider) === index);
}

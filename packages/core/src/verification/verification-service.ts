import type { Deadline } from '../contract/deadline.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { SmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { type Awaitable, askStore, askStoreAtOnce, recordResult } from '../stores/ask-store.js';
import type { CheckDeps, Checked, VerificationDeps } from './check-challenges.js';
import { type CheckInput, checkCode } from './check-code.js';
import { approvalMark, isOutdated, makeCode } from './code-secrets.js';
import { variantFor } from './localized.js';
import {
  beforeAnswering,
  beforeSending,
  isFlag,
  isOpening,
  keepMs,
  readSubject,
  whileCanceling,
} from './store-questions.js';
import type { VerificationCancelResult, VerificationReceipt, VerificationStatus } from './verification-requests.js';
import { type CodeSender, type StartInput, sentBy } from './verification-sender.js';
import type { CodeLimits, IssuedCode, LiveCode, LocalCode, SubjectState } from './verification-store.js';

/** Codes of one phone and purpose that may be live at once; more are a flood. */
const maxLive = 10;

/** Starts, checks and ends verifications, whoever makes the code. */
export class VerificationService {
  readonly #deps: CheckDeps;

  constructor(deps: VerificationDeps) {
    this.#deps = { ...deps, unrecorded: new SeldomWarning('The verification store could not record a result') };
  }

  /**
   * Saves a challenge, sends the code, and says how long it is good for.
   *
   * @throws SmsError when no provider took it. If a code may be on its way all the same, `verificationId` can check it.
   */
  async start(input: StartInput, deadline: Deadline): Promise<Omit<VerificationReceipt, 'resendAfterMs'>> {
    const { options, sender, store, secrets } = this.#deps;
    const { to, purpose, locale } = input;
    const { kind, names } = options.message;
    const plan = sender.plan({ ...input, message: { kind, name: variantFor(names, locale) } });
    const startedAt = Date.now();
    const { id: unmarked, subject, previous } = secrets.newChallenge(to, purpose);
    const beside =
      previous === undefined ? undefined : await readSubject(this.#deps, previous, beforeSending, deadline);
    const limits = limitsBeside(beside, options.maxFailures);
    const id = beside === undefined ? unmarked : unmarked + approvalMark(beside);
    const { codeLength, maxChecks, lifetimeMs } = options;
    const code = plan.senders.some(isCarrier) ? makeCode(codeLength) : undefined;
    const own: LocalCode | undefined =
      code === undefined ? undefined : { kind: 'local', digest: secrets.digest(id, code), maxChecks, lifetimeMs };
    const codes = codesOf(plan.senders, own, options);
    const { maxFailures, maxLive } = limits;
    const opened = askStoreAtOnce(
      beforeSending,
      deadline,
      () => store.open({ subject, id, to: to.e164, purpose, codes, maxFailures, maxLive, keepMs }),
      {
        isAnswer: isOpening,
        // Saved too late: nothing is sent. A challenge that nobody can use must not count towards the lock.
        onLate: () => void (async () => store.settle(subject, id, { codes: [], providers: [] }))().catch(() => {}),
      },
    );
    const opening = opened instanceof Promise ? await opened : opened;
    if (opening.state === 'locked') throw locked(opening.reason, opening.retryAfterMs);

    const delivered = await plan.send({
      code,
      lifetimeMs,
      avoid: opening.previous,
      context: { deadline },
    });
    const { attempts, error } = delivered;
    const sent = sentBy(delivered);
    const senders = sent.flatMap(({ provider, reference }) => {
      const by = plan.senders.find((each) => each.provider === provider);
      if (by === undefined) return [];
      const { codes: kind, maxChecks: most, lifetimeMs: longest } = by;
      return [{ provider, codes: kind, maxChecks: most, lifetimeMs: longest, reference }];
    });
    // If the code is not delivered in time, another provider carries ours.
    const mayFollow = options.deliverWithinMs !== undefined && error === undefined && own !== undefined;
    const sentCodes = codesOf(senders, own, options);
    const live = mayFollow && !sentCodes.includes(own) ? [...sentCodes, own] : sentCodes;
    // If the store fails now, every code can still be checked: `open` saved all codes that might be sent.
    const settled = recordResult(this.#deps.unrecorded, deadline, () =>
      store.settle(subject, id, { codes: live, providers: sent.map(({ provider }) => provider) }),
    );
    if (settled !== undefined) await settled;
    if (error !== undefined) throw live.length === 0 ? error : withVerification(error, id);
    const longestMs = Math.max(...live.map((each) => each.lifetimeMs));
    return { id, provider: attempts.at(-1)?.provider ?? '', expiresAt: startedAt + longestMs, attempts };
  }

  /** @throws SmsError when the code could not be judged */
  check(input: CheckInput, deadline: Deadline): Awaitable<Checked> {
    return checkCode(this.#deps, input, deadline);
  }

  async cancel(id: string, deadline: Deadline): Promise<VerificationCancelResult> {
    const subject = this.#deps.secrets.subjectOf(id);
    if (subject === undefined) return { outcome: 'not-found' };
    const isCanceled = await askStore(whileCanceling, deadline, () => this.#deps.store.cancel(subject, id), {
      isAnswer: isFlag,
    });
    return { outcome: isCanceled ? 'canceled' : 'not-found' };
  }

  async status(id: string, deadline: Deadline): Promise<VerificationStatus> {
    const { secrets, options } = this.#deps;
    const subject = secrets.subjectOf(id);
    if (subject === undefined) return { state: 'not-found' };
    const { challenges, failures } = await readSubject(this.#deps, subject, beforeAnswering, deadline);
    const challenge = challenges.find((each) => each.id === id);
    if (challenge === undefined) return { state: 'not-found' };
    const { state, expiresInMs, to, purpose } = challenge;
    if (state !== 'pending') return { state };
    const other = secrets.areRotating ? secrets.otherSubject(subject, parsePhoneNumber(to), purpose) : undefined;
    const beside = other === undefined ? undefined : await readSubject(this.#deps, other, beforeAnswering, deadline);
    if (beside !== undefined && isOutdated(id, beside)) return { state: 'canceled' };
    const failuresLeft = options.maxFailures - failures - (beside?.failures ?? 0);
    if (failuresLeft <= 0) return { state: 'exhausted' };
    const checksLeft = Math.min(challenge.checksLeft, failuresLeft);
    return { state, expiresAt: Date.now() + Math.ceil(expiresInMs), checksLeft };
  }
}

/**
 * The limits of a new challenge while a pepper is replaced: less what the subject under the previous pepper has used,
 * since failures and live challenges count for both together.
 *
 * @throws SmsError if these alone lock the phone
 */
function limitsBeside(
  beside: SubjectState | undefined,
  maxFailures: number,
): { readonly maxFailures: number; readonly maxLive: number } {
  if (beside === undefined) return { maxFailures, maxLive };
  const { challenges, failures, failuresEndInMs } = beside;
  if (failures >= maxFailures) throw locked('failures', failuresEndInMs);
  const live = challenges.filter(({ state }) => state === 'pending');
  if (live.length >= maxLive) throw locked('challenges', Math.min(...live.map(({ expiresInMs }) => expiresInMs)));
  return { maxFailures: maxFailures - failures, maxLive: maxLive - live.length };
}

function isCarrier({ codes }: CodeSender): boolean {
  return codes === 'local';
}

interface LikelySender extends CodeSender, Pick<IssuedCode, 'reference'> {}

/** The codes that these may send: ours once, whoever carries it, and those that providers make. */
function codesOf(
  senders: readonly LikelySender[],
  own: LocalCode | undefined,
  limits: CodeLimits,
): readonly LiveCode[] {
  const codes: LiveCode[] = own !== undefined && senders.some(isCarrier) ? [own] : [];
  for (const { codes: kind, provider, reference, maxChecks, lifetimeMs } of senders) {
    if (kind === 'local') continue;
    codes.push({
      kind,
      provider,
      reference,
      maxChecks: Math.min(limits.maxChecks, maxChecks ?? limits.maxChecks),
      lifetimeMs: Math.min(limits.lifetimeMs, lifetimeMs ?? limits.lifetimeMs),
    });
  }
  return codes;
}

function locked(reason: 'failures' | 'challenges', retryAfterMs: number): SmsError {
  const why =
    reason === 'failures'
      ? 'Too many wrong codes were given for this phone and purpose: verification.maxFailures is reached'
      : 'Too many codes for this phone and purpose are good at once';
  return new SmsError({
    code: reason === 'failures' ? 'verification_locked' : 'send_limit_exceeded',
    outcome: 'not-sent',
    message: `${why}. Nothing was sent; wait retryAfterMs.`,
    retryAfterMs: Math.ceil(retryAfterMs),
  });
}

function withVerification(error: SmsError, verificationId: string): SmsError {
  const message = `${error.message} If the code arrives, it can be checked with verificationId.`;
  return new SmsError({ ...error, cause: error.cause, verificationId, message });
}

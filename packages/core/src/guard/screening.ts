import type { Deadline } from '../contract/deadline.js';
import { errorKind } from '../errors/foreign-error.js';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { SmsError } from '../errors/sms-error.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import { deadlineSignal, deadlineWithin } from '../provider-kit/deadline.js';
import { type Denial, endedDenial } from './denial.js';

/** What the app's own check is told of a request. */
export interface ScreenedRequest {
  readonly kind: 'verification' | 'message';
  readonly to: PhoneNumber;
  /** As the app gave it. */
  readonly ip: string | undefined;
  readonly purpose: string | undefined;
  /** BCP 47. */
  readonly locale: string | undefined;
  /** What the app passed as `screening` with the call. */
  readonly screening: unknown;
  /** Aborted when the answer is no longer waited for. Pass it on to `fetch`. */
  readonly signal: AbortSignal;
}

/** What the app's own check answers. */
export type ScreenVerdict =
  | {
      readonly allow: true;
      /**
       * True if whoever asks has proved to be the owner of this phone: signed in, say, or gave the password of the
       * account that has this number. The limits for the phone and its prefix are then counted apart from those of
       * everybody else, so that strangers cannot use them up. A passed CAPTCHA is no such proof: strangers pass it, too.
       */
      readonly proven?: boolean | undefined;
    }
  | {
      readonly allow: false;
      /** Why, for the error's message: one line of at most 200 characters, or it is left out. */
      readonly reason?: string | undefined;
      /** For the error, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
    };

type Screen = (request: ScreenedRequest) => ScreenVerdict | Promise<ScreenVerdict>;

const longestReason = 200;

/** Asks the app's own check. */
export class Screening {
  readonly #screen: Screen;
  readonly #failOpen: boolean;
  readonly #passedUnscreened: SeldomWarning;

  constructor(screen: Screen, failOpen: boolean, now: () => number) {
    this.#screen = screen;
    this.#failOpen = failOpen;
    this.#passedUnscreened = new SeldomWarning('guard.screen failed, and guard.failOpen let the request pass', now);
  }

  /** Why the request is denied, or whether the person is proven. */
  async verdictOn(request: Omit<ScreenedRequest, 'signal'>, deadline: Deadline): Promise<Denial | Screened> {
    const verdict = await this.#ask(request, deadline);
    if ('isProven' in verdict) return verdict;
    if ('denied' in verdict) return { scope: 'screen', error: verdict.denied };
    const { ended } = deadline;
    if (this.#failOpen && ended === undefined) {
      this.#passedUnscreened.warn(verdict.error, verdict.failure);
      return { isProven: false };
    }
    if (ended !== undefined) return endedDenial('screen', ended, 'before guard.screen had answered');
    return { scope: 'screen', error: denied(`guard.screen failed (${verdict.failure}), and nothing was sent.`) };
  }

  async #ask(request: Omit<ScreenedRequest, 'signal'>, deadline: Deadline): Promise<Answer> {
    // A check that may fail gets half of the time: otherwise one that hangs would leave none to send in.
    const limited = this.#failOpen ? deadlineWithin(deadline, deadline.remainingMs() / 2) : deadline;
    const { signal, release } = deadlineSignal(limited);
    let stop = () => {};
    try {
      return await new Promise<Answer>((resolve) => {
        stop = limited.onEnd(() => resolve({ failure: 'no answer in time' }));
        void asked(this.#screen, { ...request, signal }).then(resolve);
      });
    } finally {
      stop();
      release();
    }
  }
}

/** A request that may pass. */
export interface Screened {
  readonly isProven: boolean;
}

type Answer = Screened | { readonly denied: SmsError } | { readonly failure: string; readonly error?: unknown };

/** Never rejects: what a check throws, or makes its answer throw, is a failure like any other. */
async function asked(screen: Screen, request: ScreenedRequest): Promise<Answer> {
  try {
    const verdict: unknown = await screen(request);
    const { allow, proven, reason, retryAfterMs } = verdict as Readonly<Record<string, unknown>>;
    if (allow === true) return { isProven: proven === true };
    if (allow !== false) return { failure: 'it must answer { allow: true } or { allow: false, reason }' };
    return { denied: denied(`guard.screen denied the request, and nothing was sent${shown(reason)}`, retryAfterMs) };
  } catch (error) {
    return { failure: errorKind(error), error };
  }
}

function denied(message: string, retryAfterMs?: unknown): SmsError {
  const wait = typeof retryAfterMs === 'number' && retryAfterMs >= 0 && Number.isFinite(retryAfterMs);
  return new SmsError({
    code: 'screening_denied',
    outcome: 'not-sent',
    message,
    retryAfterMs: wait ? retryAfterMs : undefined,
  });
}

/** An error's message has no whole phone number: SmsError shortens it. */
function shown(reason: unknown): string {
  const isLine =
    typeof reason === 'string' &&
    reason.length <= longestReason &&
    /^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+$/u.test(reason);
  return isLine ? `: ${reason}` : '.';
}

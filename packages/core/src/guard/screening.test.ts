import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { errorOf, guardWith, RecordingLimitStore, requestTo, turns, unlimited } from './guard.test.fixture.js';
import type { GuardOptions } from './guard-options.js';
import type { ScreenedRequest } from './screening.js';

const to = '+8613800138000';
let warnings: unknown[][];

beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...warning: unknown[]) => void warnings.push(warning));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function admitWith(screen: unknown, { failOpen = false, deadline = new ManualDeadline() } = {}) {
  const under = guardWith({ limits: unlimited, screen: screen as NonNullable<GuardOptions['screen']>, failOpen });
  return { ...under, deadline, admission: under.guard.admit(requestTo(to), deadline) };
}

describe('the app’s own check', () => {
  it('is told of the request, and lets it pass, at once or later', async () => {
    const seen: ScreenedRequest[] = [];
    for (const answer of [{ allow: true }, Promise.resolve({ allow: true })] as const) {
      const { guard } = guardWith({
        screen: (request) => {
          seen.push(request);
          return answer;
        },
      });
      const request = requestTo(to, {
        kind: 'message',
        ip: '::ffff:192.0.2.1',
        purpose: 'login',
        locale: 'en',
        screening: { token: 't' },
      });
      await guard.admit(request, new ManualDeadline());
      expect(seen.pop()).toStrictEqual({ ...request, signal: expect.any(AbortSignal) });
    }
  });

  it('runs before the limits and after the destinations', async () => {
    const store = new RecordingLimitStore();
    const seen: string[] = [];
    const screen = ({ to }: ScreenedRequest) => {
      seen.push(to.callingCode, ...store.calls.map(({ method }) => method));
      return { allow: false } as const;
    };
    const { guard } = guardWith({ screen, destinations: { callingCodes: ['86'] } }, { store });
    await errorOf(guard.admit(requestTo('+12025550123'), new ManualDeadline()));
    expect(seen).toStrictEqual([]);
    await errorOf(guard.admit(requestTo(to), new ManualDeadline()));
    expect([seen, store.calls]).toStrictEqual([['86'], []]);
  });

  it('refuses, with its reason and the time to wait', async () => {
    const { admission, denials } = admitWith(() => ({ allow: false, reason: 'No CAPTCHA', retryAfterMs: 1500 }));
    const error = await errorOf(admission);
    expect(error).toMatchObject({ code: 'screening_denied', outcome: 'not-sent', retryAfterMs: 1500 });
    expect(error.message).toBe('guard.screen denied the request, and nothing was sent: No CAPTCHA');
    expect(denials).toStrictEqual([
      {
        kind: 'verification',
        to: '+86*******8000',
        purpose: undefined,
        code: 'screening_denied',
        scope: 'screen',
        retryAfterMs: 1500,
      },
    ]);
  });

  it('refuses also with failOpen: that is for failures', async () => {
    const { admission } = admitWith(() => ({ allow: false }), { failOpen: true });
    expect(await errorOf(admission)).toMatchObject({ code: 'screening_denied', retryAfterMs: undefined });
    expect(warnings).toStrictEqual([]);
  });

  it.each([
    ['x'.repeat(200), `: ${'x'.repeat(200)}`],
    ['x'.repeat(201), '.'],
    ['', '.'],
    ['two\nlines', '.'],
    [42, '.'],
    ['risk of +8613800138000', ': risk of ***00'],
  ])('shows the reason %j as %j', async (reason, shown) => {
    const { admission } = admitWith(() => ({ allow: false, reason }));
    expect((await errorOf(admission)).message).toBe(`guard.screen denied the request, and nothing was sent${shown}`);
  });

  it('keeps a wait of nothing', async () => {
    const { admission } = admitWith(() => ({ allow: false, retryAfterMs: 0 }));
    expect((await errorOf(admission)).retryAfterMs).toBe(0);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('leaves out the wait %j', async (retryAfterMs) => {
    const { admission } = admitWith(() => ({ allow: false, retryAfterMs }));
    expect((await errorOf(admission)).retryAfterMs).toBeUndefined();
  });
});

const failures: readonly (readonly [string, () => unknown, string])[] = [
  [
    'throws',
    () => {
      throw new RangeError(`secret ${to}`);
    },
    'RangeError',
  ],
  ['rejects', () => Promise.reject(new RangeError(`secret ${to}`)), 'RangeError'],
  ['rejects with no error', () => Promise.reject('secret'), 'string'],
  ['answers nothing', () => undefined, 'TypeError'],
  ['answers true', () => true, 'it must answer { allow: true } or { allow: false, reason }'],
  [
    'answers something like yes',
    () => ({ allow: 'yes' }),
    'it must answer { allow: true } or { allow: false, reason }',
  ],
  [
    'answers what cannot be read',
    () => ({
      get allow() {
        throw new RangeError('secret');
      },
    }),
    'RangeError',
  ],
];

describe.each(failures)('a check that %s', (_, screen, kind) => {
  it('refuses the request, and does not repeat what was thrown', async () => {
    const { admission, denials } = admitWith(screen);
    const error = await errorOf(admission);
    expect(error).toMatchObject({ code: 'screening_denied', outcome: 'not-sent' });
    expect(error.message).toBe(`guard.screen failed (${kind}), and nothing was sent.`);
    expect(denials).toMatchObject([{ scope: 'screen', code: 'screening_denied' }]);
  });

  it('lets it pass with failOpen, and says so', async () => {
    const { admission, denials } = admitWith(screen, { failOpen: true });
    await admission;
    expect(denials).toStrictEqual([]);
    const [[text, type] = []] = warnings;
    expect([warnings.length, type]).toStrictEqual([1, 'PolysmsWarning']);
    // With the place of the error, if it has one.
    const [before, after] = String(text).split(kind);
    expect(before).toBe('guard.screen failed, and guard.failOpen let the request pass (');
    expect(after).toMatch(/^( at [^()]+)?\)$/);
  });
});

describe('a check that hangs', () => {
  const hanging = () => {
    const signals: AbortSignal[] = [];
    const screen = ({ signal }: ScreenedRequest) => {
      signals.push(signal);
      return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
    };
    return { signals, screen };
  };

  it.each(['deadline_exceeded', 'aborted'] as const)('is aborted with the call: %s', async (reason) => {
    for (const failOpen of [false, true]) {
      const { signals, screen } = hanging();
      const { admission, deadline, denials } = admitWith(screen, { failOpen });
      const error = errorOf(admission);
      await turns();
      deadline.end(reason);
      expect(await error).toMatchObject({ code: reason, outcome: 'not-sent' });
      const how = reason === 'aborted' ? 'was aborted' : 'ran out of time';
      expect((await error).message).toBe(`The call ${how} before guard.screen had answered. Nothing was sent.`);
      expect(signals.map(({ aborted }) => aborted)).toStrictEqual([true]);
      expect(denials).toMatchObject(reason === 'aborted' ? [] : [{ scope: 'screen', code: reason }]);
    }
  });

  it('and does not heed its signal is no longer waited for', async () => {
    const { admission, deadline } = admitWith(() => new Promise(() => {}));
    const error = errorOf(admission);
    await turns();
    deadline.end('deadline_exceeded');
    expect(await error).toMatchObject({ code: 'deadline_exceeded', outcome: 'not-sent' });

    vi.useFakeTimers();
    const { guard } = guardWith({ limits: unlimited, screen: () => new Promise(() => {}), failOpen: true });
    const passing = guard.admit(requestTo(to), deadlineAfter(10_000));
    await vi.advanceTimersByTimeAsync(5_000);
    await passing;
    expect(warnings).toStrictEqual([
      ['guard.screen failed, and guard.failOpen let the request pass (no answer in time)', 'PolysmsWarning'],
    ]);
  });

  it('lets the request pass at half of the time with failOpen', async () => {
    vi.useFakeTimers();
    const { signals, screen } = hanging();
    const { guard } = guardWith({ limits: unlimited, screen, failOpen: true });
    const admission = vi.fn();
    void guard.admit(requestTo(to), deadlineAfter(10_000)).then(admission);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(admission).not.toHaveBeenCalled();
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(admission).toHaveBeenCalledTimes(1);
    expect(signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no listener behind, however it ends', async () => {
    const deadline = new ManualDeadline();
    for (const [, screen] of [['passes', () => ({ allow: true })], ...failures] as const) {
      await admitWith(screen, { deadline }).admission.catch(() => {});
      await admitWith(screen, { deadline, failOpen: true }).admission.catch(() => {});
    }
    expect(deadline.listening).toBe(0);
  });

  it('is the last that is asked when the time is up and the timer is late', async () => {
    const store = new RecordingLimitStore();
    const deadline = new ManualDeadline();
    const screen = () => {
      deadline.ended = 'deadline_exceeded';
      return { allow: true } as const;
    };
    const { guard } = guardWith({ screen }, { store });
    const error = await errorOf(guard.admit(requestTo(to), deadline));
    expect(error).toMatchObject({ code: 'deadline_exceeded', outcome: 'not-sent' });
    expect(store.calls).toStrictEqual([]);
  });

  it('is not asked when the call has ended already', async () => {
    const screen = vi.fn(() => ({ allow: true }) as const);
    const deadline = new ManualDeadline();
    deadline.end('aborted');
    expect(await errorOf(admitWith(screen, { deadline }).admission)).toMatchObject({ code: 'aborted' });
    expect(screen).not.toHaveBeenCalled();
  });
});

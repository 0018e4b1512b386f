import type { Dispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { HttpExchange } from './http-exchange.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An exchange that ends in a second or at an abort, what it settled with, and what it said to undici. */
function exchanged(maxResponseBytes = 10) {
  const caller = new AbortController();
  const settled = vi.fn();
  const abort = vi.fn();
  const controller = { abort } as unknown as Dispatcher.DispatchController;
  const deadline = deadlineAfter(1_000, { signal: caller.signal });
  const exchange = new HttpExchange({ deadline }, maxResponseBytes, settled);
  return { exchange, caller, controller, abort, settled };
}

const socketError = Object.assign(new Error('canary'), { name: 'SocketError', code: 'ECONNRESET' });
const bytes = (text: string) => Buffer.from(text);

describe('an exchange', () => {
  it('gives the answer, in pieces or not at all', () => {
    for (const [pieces, body] of [
      [[], ''],
      [['status'], 'status'],
      [['sta', 'tus'], 'status'],
    ] as const) {
      const { exchange, controller, settled } = exchanged();
      exchange.onRequestStart(controller);
      exchange.onResponseStart(controller, 202, { 'x-id': '7' });
      for (const piece of pieces) exchange.onResponseData(controller, bytes(piece));
      expect(settled).not.toHaveBeenCalled();
      exchange.onResponseEnd();
      const answer = { outcome: 'answered', status: 202, headers: { 'x-id': '7' }, body };
      expect(settled).toHaveBeenCalledExactlyOnceWith(answer);
    }
  });

  it('reads the bytes of dispatchers that know no Buffer', () => {
    const { exchange, controller, settled } = exchanged();
    exchange.onResponseStart(controller, 200, {});
    exchange.onResponseData(controller, new TextEncoder().encode('短信') as Buffer);
    exchange.onResponseEnd();
    expect(settled).toHaveBeenCalledWith({ outcome: 'answered', status: 200, headers: {}, body: '短信' });
  });

  it('takes an answer of just the length that is allowed, and stops reading a longer one', () => {
    const { exchange, controller, abort, settled } = exchanged(10);
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, {});
    exchange.onResponseData(controller, bytes('01234'));
    exchange.onResponseData(controller, bytes('56789'));
    expect(abort).not.toHaveBeenCalled();
    exchange.onResponseData(controller, bytes('!'));
    expect(abort).toHaveBeenCalledExactlyOnceWith(new Error('answer too long'));
    expect(settled).toHaveBeenCalledExactlyOnceWith({
      outcome: 'unknown',
      code: 'invalid_response',
      message: 'The answer is longer than 10 bytes.',
    });
  });

  it('lets go of its deadline when it has settled, and hears nothing further', () => {
    const { exchange, controller, abort, settled } = exchanged();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, {});
    exchange.onResponseEnd();
    expect(vi.getTimerCount()).toBe(0);
    exchange.onResponseEnd();
    exchange.onResponseError(controller, socketError);
    vi.advanceTimersByTime(2_000);
    expect(settled).toHaveBeenCalledOnce();
    expect(abort).not.toHaveBeenCalled();
  });
});

describe('an exchange that fails', () => {
  it('before it was written is not-sent, after it unknown, with what the transport said', () => {
    const failureOf = (error: Error, isWritten: boolean): unknown => {
      const { exchange, controller, settled } = exchanged();
      if (isWritten) exchange.onRequestStart(controller);
      exchange.onResponseError(undefined, error);
      return settled.mock.calls[0]?.[0];
    };
    const cause = expect.objectContaining({ name: 'SocketError', message: 'ECONNRESET' });
    expect(failureOf(socketError, false)).toStrictEqual({
      outcome: 'not-sent',
      code: 'network_error',
      message: 'The request could not be sent.',
      cause,
    });
    expect(failureOf(socketError, true)).toStrictEqual({
      outcome: 'unknown',
      code: 'network_error',
      message: 'The answer never came.',
      cause,
    });
    const invalid = Object.assign(new Error('canary'), { code: 'UND_ERR_INVALID_ARG' });
    expect(failureOf(invalid, false)).toMatchObject({
      outcome: 'not-sent',
      code: 'invalid_request',
      message: 'The request is malformed, or the dispatcher is not one of undici 7.',
    });
  });

  it.each<[string, boolean, string, string, string]>([
    ['deadline', false, 'not-sent', 'timeout', 'The request could not be sent in time.'],
    ['deadline', true, 'unknown', 'timeout', 'No answer came in time.'],
    ['caller', false, 'not-sent', 'aborted', 'The caller aborted the call.'],
    ['caller', true, 'unknown', 'aborted', 'The caller aborted the call.'],
  ])('by its %s (written: %s) is %s, %s, and stops the request', (by, isWritten, outcome, code, message) => {
    const { exchange, caller, controller, abort, settled } = exchanged();
    if (isWritten) exchange.onRequestStart(controller);
    if (by === 'caller') caller.abort();
    else vi.advanceTimersByTime(1_000);
    expect(settled.mock.calls).toStrictEqual([[{ outcome, code, message }]]);
    expect(abort.mock.calls).toEqual(isWritten ? [[new Error('The call has ended.')]] : []);
  });

  it('is settled even if the dispatcher cannot stop the request', () => {
    const { exchange, controller, abort, settled } = exchanged();
    abort.mockImplementation(() => {
      throw new Error('cannot stop');
    });
    exchange.onRequestStart(controller);
    vi.advanceTimersByTime(1_000);
    expect(settled).toHaveBeenCalledOnce();
  });

  it('before its turn to be written is not written any more', () => {
    const { exchange, caller, controller, settled } = exchanged();
    caller.abort();
    expect(() => exchange.onRequestStart(controller)).toThrow('The call ended before its request was written.');
    expect(settled).toHaveBeenCalledOnce();
  });

  it('by being written a second time is stopped, and its outcome is unknown', () => {
    const { exchange, controller, settled } = exchanged();
    exchange.onRequestStart(controller);
    expect(settled).not.toHaveBeenCalled();
    expect(() => exchange.onRequestStart(controller)).toThrow('Polysms never repeats a request silently.');
    expect(settled.mock.calls).toStrictEqual([
      [
        {
          outcome: 'unknown',
          code: 'network_error',
          message: 'The dispatcher tried to send the request again; it was stopped.',
        },
      ],
    ]);
  });

  it.each<[string, (exchange: HttpExchange, controller: Dispatcher.DispatchController) => void]>([
    ['an answer that began', (exchange, controller) => exchange.onResponseStart(controller, 200, {})],
    ['a piece of an answer', (exchange, controller) => exchange.onResponseData(controller, bytes('{'))],
  ])('after %s was written, whatever the dispatcher said before', (_name, answer) => {
    const { exchange, controller, settled } = exchanged();
    answer(exchange, controller);
    exchange.onResponseError(controller, socketError);
    expect(settled).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ outcome: 'unknown' }));
  });

  it('by an answer that ends before it began is unknown', () => {
    const { exchange, settled } = exchanged();
    exchange.onResponseEnd();
    expect(settled.mock.calls).toStrictEqual([
      [{ outcome: 'unknown', code: 'invalid_response', message: 'The answer ended before it began.' }],
    ]);
  });
});

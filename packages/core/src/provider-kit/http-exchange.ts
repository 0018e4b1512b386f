import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { CallContext } from '../contract/call-context.js';
import type { DeadlineEnd } from '../contract/deadline.js';
import type { NotSent, Unknown } from '../contract/outcomes.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { decodeContent } from './content-encoding.js';
import { notSent, unknown } from './outcomes.js';
import { transportFailure } from './transport-failure.js';

/** The vendor's answer, whatever it says. */
export interface Answered {
  readonly outcome: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Without its content encoding, if it had one; read as UTF-8, whatever the headers claim. */
  readonly body: string;
}

/** What became of one HTTP request. */
export type HttpOutcome = Answered | NotSent | Unknown;

/** When a request must have been written, and when its answer must have come. */
export type HttpCallContext = Pick<CallContext, 'deadline' | 'writeBy'>;

/**
 * One request and its answer, as undici's handler.
 *
 * undici calls `onRequestStart` in the same turn in which it writes, after the socket (and TLS) is up:
 * that call is the write mark. Before it no byte has left this process. After it, assume that the whole request has.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #context: HttpCallContext;
  readonly #settle: (outcome: HttpOutcome) => void;
  readonly #maxResponseBytes: number;
  #stopWaiting = () => {};
  #written = false;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #receivedBytes = 0;

  constructor(context: HttpCallContext, maxResponseBytes: number, settle: (outcome: HttpOutcome) => void) {
    this.#context = context;
    this.#settle = settle;
    this.#maxResponseBytes = maxResponseBytes;
    this.#stopWaiting = this.#writeBy.onEnd((reason) => this.#giveUp(reason));
  }

  get #writeBy() {
    return this.#context.writeBy ?? this.#context.deadline;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown, not aborted: undici then skips the request without closing the socket, which is good and may be
    // waited for by requests that are still alive.
    if (this.#settled) throw new Error('The call ended before its request was written.');
    if (this.#written) {
      this.#fail('network_error', 'The dispatcher tried to send the request again; it was stopped.');
      throw new Error('Polysms never repeats a request silently.');
    }
    // On a busy event loop this runs before the deadline's timer.
    const { ended } = this.#writeBy;
    if (ended !== undefined) {
      this.#giveUp(ended);
      throw new Error('The call ended before its request was written.');
    }
    this.#written = true;
    this.#controller = controller;
    const { deadline, writeBy } = this.#context;
    if (writeBy === undefined || writeBy === deadline) return;
    this.#stopWaiting();
    this.#stopWaiting = deadline.onEnd((reason) => this.#giveUp(reason));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // An answer proves that the request was written, even if the dispatcher did not say so.
    this.#written = true;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#written = true;
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#maxResponseBytes) {
      this.#fail('invalid_response', this.#tooLong);
      controller.abort(new Error('answer too long'));
      return;
    }
    this.#chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
  }

  onResponseEnd(): void {
    this.#written = true;
    if (this.#status === 0) {
      this.#fail('invalid_response', 'The answer ended before it began.');
      return;
    }
    const [first, ...rest] = this.#chunks;
    const received = first !== undefined && rest.length === 0 ? first : Buffer.concat(this.#chunks);
    const decoding = decodeContent(this.#headers['content-encoding'], received, this.#maxResponseBytes);
    if (typeof decoding === 'string') {
      const message = decoding === 'too-long' ? this.#tooLong : 'The encoding of the answer is unreadable.';
      this.#fail('invalid_response', message);
      return;
    }
    const body = decoding.toString('utf8');
    this.#finish({ outcome: 'answered', status: this.#status, headers: this.#headers, body });
  }

  get #tooLong(): string {
    return `The answer is longer than ${this.#maxResponseBytes} bytes.`;
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#settled) return;
    const { code, cause, message } = transportFailure(error);
    this.#fail(code, this.#written ? 'The answer never came.' : message, cause);
  }

  #giveUp(reason: DeadlineEnd): void {
    switch (reason) {
      case 'aborted':
        this.#fail('aborted', 'The caller aborted the call.');
        break;
      case 'deadline_exceeded':
        this.#fail('timeout', this.#written ? 'No answer came in time.' : 'The request could not be sent in time.');
        break;
    }
    try {
      this.#controller?.abort(new Error('The call has ended.'));
    } catch {
      // A dispatcher may be unable to stop. The outcome is settled all the same, and a later answer is ignored.
    }
  }

  #fail(code: SmsErrorCode, message: string, cause?: Error): void {
    const make = this.#written ? unknown : notSent;
    this.#finish(make(code, message, cause && { cause }));
  }

  #finish(outcome: HttpOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#stopWaiting();
    this.#chunks = [];
    this.#settle(outcome);
  }
}

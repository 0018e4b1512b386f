import { SmsError } from '../errors/sms-error.js';

/** Counts the calls of a client, so that closing it refuses new ones and waits for the others. */
export class CallsUnderWay {
  #count = 0;
  #isClosed = false;
  #onIdle = () => {};

  /**
   * Runs a call.
   *
   * @throws SmsError `aborted` if the client is closed; else whatever the call throws
   */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new SmsError({ code: 'aborted', outcome: 'not-sent', message: 'The client is closed.' });
    this.#count += 1;
    try {
      return await call();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) this.#onIdle();
    }
  }

  /** Refuses further calls; resolves when those under way have ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

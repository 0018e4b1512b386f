import { SmsError } from '../errors/sms-error.js';

/** Counts the calls of a client, so that closing it refuses new ones and waits for the others. */
export class InFlight {
  #count = 0;
  #isClosed = false;
  #onIdle = () => {};

  /** Counts a call; `end()` must follow once. @throws SmsError `client_closed` if the client is closed */
  begin(): void {
    if (this.#isClosed)
      throw new SmsError({ code: 'client_closed', outcome: 'not-sent', message: 'The client is closed.' });
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onIdle();
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

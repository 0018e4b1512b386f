import { SmsError } from '../errors/sms-error.js';
import { isThenable } from '../listeners/listeners.js';

/**
 * Holds one object for a container: made on first use, closed once.
 *
 * inversify's own singleton scope keeps a promise that was rejected for ever: no later use tries again, and neither
 * unloading nor unbinding gets past it. A slot forgets a failure.
 */
export class ContainerSlot<Value> {
  #kept: { readonly value: Value | Promise<Value> } | undefined;
  #closing: Promise<void> | undefined;

  /** The object; a promise of it only while it is being made. */
  get(make: () => Value | Promise<Value>): Value | Promise<Value> {
    if (this.#kept === undefined) {
      if (this.#closing !== undefined) {
        throw new SmsError({ code: 'client_closed', outcome: 'not-sent', message: 'The container is closed.' });
      }
      const made = make();
      this.#kept = { value: isThenable(made) ? this.#whenMade(made) : made };
    }
    return this.#kept.value;
  }

  async #whenMade(making: Promise<Value>): Promise<Value> {
    try {
      const value = await making;
      this.#kept = { value };
      return value;
    } catch (error) {
      this.#kept = undefined;
      throw error;
    }
  }

  /** Closes what was made; what is still being made is closed as soon as it is there. */
  close(close: (value: Value) => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(close);
    return this.#closing;
  }

  async #close(close: (value: Value) => Promise<void>): Promise<void> {
    if (this.#kept === undefined) return;
    let { value } = this.#kept;
    if (isThenable(value)) {
      try {
        value = await value;
      } catch {
        // The caller that asked for it has got the error.
        return;
      }
    }
    await close(value);
  }
}

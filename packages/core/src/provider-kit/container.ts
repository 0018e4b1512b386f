import type { ResolutionContext } from 'inversify';
import type { SmsProvider } from '../contract/sms-provider.js';
import { errorKind } from '../errors/foreign-error.js';
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

/** Options, or a function that gets them, perhaps from other services of the container, perhaps later. */
export type ModuleOptions<Options extends object> =
  | Options
  | ((context: ResolutionContext) => Options | PromiseLike<Options>);

/** Makes something from options; at once if they are there. */
export function makeFrom<Options extends object, Made>(
  options: ModuleOptions<Options>,
  context: ResolutionContext,
  make: (options: Options) => Made,
): Made | Promise<Made> {
  const given = typeof options === 'function' ? options(context) : options;
  // Of any kind: a thenable need not answer a promise itself.
  return isThenable(given) ? Promise.resolve(given).then(make) : make(given);
}

const needed = new WeakMap<SmsProvider, Promise<unknown>>();
const closings = new WeakMap<SmsProvider, Promise<void>>();

/** Keeps providers open until a closing client has ended: its calls under way may fail over. */
export function keepOpenUntil(providers: readonly SmsProvider[], closed: Promise<void>): void {
  for (const provider of providers) needed.set(provider, Promise.allSettled([needed.get(provider), closed]));
}

/**
 * Closes a provider once, after the clients that are closing with it. Never rejects: a container would stop waiting
 * for the other providers, and hand on an error whose message is the vendor's.
 */
export function closeWithContainer(provider: SmsProvider): Promise<void> {
  // Not a provider at all. `smsModule` has refused it already.
  if (typeof provider?.close !== 'function') return Promise.resolve();
  const closing = closings.get(provider) ?? closeLast(provider);
  closings.set(provider, closing);
  return closing;
}

async function closeLast(provider: SmsProvider): Promise<void> {
  // A container deactivates everything in one turn, and a client may come after its providers.
  await Promise.resolve();
  await needed.get(provider);
  try {
    await provider.close();
  } catch (error) {
    process.emitWarning(`A provider failed to close with its container: ${errorKind(error)}`, 'PolysmsWarning');
  }
}

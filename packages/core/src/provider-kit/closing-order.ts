import type { SmsProvider } from '../contract/sms-provider.js';
import { errorKind } from '../errors/foreign-error.js';

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

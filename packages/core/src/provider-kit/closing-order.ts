import type { SmsProvider } from '../contract/sms-provider.js';

const needed = new WeakMap<SmsProvider, Promise<unknown>>();

/** Says that a client which is closing still needs its providers until then: calls under way may fail over. */
export function keepOpenUntil(providers: readonly SmsProvider[], closed: Promise<void>): void {
  for (const provider of providers) needed.set(provider, Promise.allSettled([needed.get(provider), closed]));
}

/** Closes a provider, after the clients that are closing with it. */
export async function closeWithContainer(provider: SmsProvider): Promise<void> {
  // A container deactivates everything in one turn, and a client may come after its providers.
  await Promise.resolve();
  await needed.get(provider);
  await provider.close();
}

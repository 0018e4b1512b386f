import type { SmsProvider } from '../contract/sms-provider.js';
import { errorKind } from '../errors/foreign-error.js';
import { shownName } from '../errors/shown-name.js';
import { isSmsError } from '../errors/sms-error.js';
import { isThenable } from '../listeners/listeners.js';
import type { ResolvedOptions } from './resolve-references.js';

/**
 * Makes a provider from its options: `mob`, `mock`, or one of your own. It checks the options itself, and throws
 * `configuration_invalid` if they cannot work.
 */
export type ProviderFactory = (options: never) => SmsProvider;

/** The factories by the name that configurations call them by. */
export type ProviderFactories = Readonly<Record<string, ProviderFactory>>;

/** Shorter values could not be told from the words of a message. */
const shortestValue = 4;

/** The provider, or what is wrong with its options. Nothing that came from the environment is in that message. */
export function makeProvider(
  type: string,
  factory: ProviderFactory,
  { options, values }: ResolvedOptions,
): { readonly provider: SmsProvider } | { readonly problem: string } {
  try {
    const made = (factory as (options: unknown) => unknown)(options);
    if (isProvider(made)) return { provider: made };
    if (isThenable(made)) void discardLater(made);
    return {
      problem: `the factory ${shownName(type)} returned no provider; it must return an object with id, send and close, and at once`,
    };
  } catch (error) {
    if (isSmsError(error)) return { problem: withoutValues(error.message, values) };
    // A parser's error, for one, repeats a part of what it could not read.
    return {
      problem: `the factory ${shownName(type)} threw a ${errorKind(error)} where configuration_invalid is expected; its message may hold a secret and is not shown`,
    };
  }
}

/** Closes providers that will not be used. Whether that works is of no interest beside the error being thrown. */
export function discardProviders(providers: readonly SmsProvider[]): void {
  for (const provider of providers) void close(provider);
}

/** As far as it can be closed and named; `createSmsClient` looks at the rest. */
function isProvider(value: unknown): value is SmsProvider {
  if (typeof value !== 'object' || value === null) return false;
  const { id, send, close } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof send === 'function' && typeof close === 'function';
}

/** Closes what an asynchronous factory makes in the end. */
async function discardLater(making: PromiseLike<unknown>): Promise<void> {
  try {
    const made = await making;
    if (isProvider(made)) await close(made);
  } catch {
    // That it is asynchronous is what will be told.
  }
}

async function close(provider: SmsProvider): Promise<void> {
  try {
    await provider.close();
  } catch {
    // It is closed because something else is wrong, which is what will be told.
  }
}

function withoutValues(message: string, values: readonly string[]): string {
  return values
    .filter((value) => value.length >= shortestValue)
    .sort((a, b) => b.length - a.length)
    .reduce((text, value) => text.replaceAll(value, '***'), message);
}

import type { SmsProvider } from '../contract/sms-provider.js';
import { errorKind } from '../errors/foreign-error.js';
import { shownName } from '../errors/shown-name.js';
import { isSmsError } from '../errors/sms-error.js';
import type { ResolvedOptions } from './references.js';

/**
 * Makes a provider from its options: `mob`, `mock`, or one of your own. It checks the options itself, and throws
 * `configuration_invalid` if they cannot work.
 */
export type ProviderFactory = (options: never) => SmsProvider;

/** The factories by the name that configurations call them by. */
export type ProviderFactories = Readonly<Record<string, ProviderFactory>>;

/** Shorter values could not be told from the words of a message. */
const shortestValue = 4;

/** The provider. Reports what is wrong with its options; nothing that came from the environment is in that message. */
export function makeProvider(
  type: string,
  factory: ProviderFactory,
  { options, values }: ResolvedOptions,
  report: (problem: string) => void,
): SmsProvider | undefined {
  try {
    const made = (factory as (options: unknown) => unknown)(options);
    if (isProvider(made)) return made;
    void discard(made);
    report(
      `the factory ${shownName(type)} returned no provider; it must return an object with id, send and close, and at once`,
    );
  } catch (error) {
    // A parser's error, for one, repeats a part of what it could not read.
    report(
      isSmsError(error)
        ? withoutValues(error.message, values)
        : `the factory ${shownName(type)} threw a ${errorKind(error)} where configuration_invalid is expected; its message may hold a secret and is not shown`,
    );
  }
  return undefined;
}

/**
 * Closes a provider that will not be used, also one that an asynchronous factory makes in the end. Whether that works
 * is of no interest beside the error being thrown.
 */
export async function discard(made: unknown): Promise<void> {
  try {
    const provider = isProvider(made) ? made : await made;
    if (isProvider(provider)) await provider.close();
  } catch {
    // Something else is wrong, which is what will be told.
  }
}

/** As far as it can be closed and named; `createSmsClient` looks at the rest. */
function isProvider(value: unknown): value is SmsProvider {
  if (typeof value !== 'object' || value === null) return false;
  const { id, send, close } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof send === 'function' && typeof close === 'function';
}

function withoutValues(message: string, values: readonly string[]): string {
  return values
    .filter((value) => value.length >= shortestValue)
    .sort((a, b) => b.length - a.length)
    .reduce((text, value) => text.replaceAll(value, '***'), message);
}

import { isError } from './is-error.js';

/**
 * The kind of a thrown value, for messages: the name of its class and nothing else. What was thrown is somebody
 * else's: its message may hold a credential, its name anything, and reading either may throw.
 */
export function errorKind(error: unknown): string {
  try {
    const name: unknown = error instanceof Error || isError(error) ? error.name : typeof error;
    return typeof name === 'string' && isErrorName(name) ? name : 'Error';
  } catch {
    return 'Error';
  }
}

/** Whether a name is one of a class, and not something with a code or a number in it: `Http2Error`, not `Code184130`. */
export function isErrorName(name: string): boolean {
  return /^[A-Za-z_]\w{0,39}$/.test(name) && !/(?:\d.*){4}/.test(name);
}

/**
 * The kind of a thrown value, for messages: the name of its class and nothing else. What was thrown is somebody
 * else's: its message may hold a credential, its name anything, and reading either may throw.
 */
export function errorKind(error: unknown): string {
  try {
    const name: unknown = error instanceof Error ? error.name : typeof error;
    return typeof name === 'string' && /^\w{1,40}$/.test(name) ? name : 'Error';
  } catch {
    return 'Error';
  }
}

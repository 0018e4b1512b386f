/** Whether a value is an error, of this realm or another one: in Jest and in `node:vm` the classes differ. */
export function isError(value: unknown): value is Error {
  try {
    if (value instanceof Error) return true;
    if (typeof value !== 'object' || value === null) return false;
    const { name, message, stack } = value as Partial<Record<keyof Error, unknown>>;
    return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
  } catch {
    // A getter or a proxy that throws.
    return false;
  }
}

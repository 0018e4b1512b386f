/** Calls the control API of a box, and returns its JSON. */
export type CallBox = <Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<Answer>;

/**
 * Calls of the box at an address.
 *
 * @throws (the calls) Error with the box's own words when it refuses, and if nobody answers
 */
export function callsOf(url: string): CallBox {
  return async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch((cause: unknown) => {
      throw new Error(`No box answers at ${url}. Start it before the tests, or pass the address that it has.`, {
        cause,
      });
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`The box refuses ${method} ${path.split('?')[0]}: ${problemIn(answer)}`);
    return answer as Answer;
  };
}

function problemIn(answer: unknown): string {
  const error = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'error') : undefined;
  return typeof error === 'string' ? error : 'it does not say why.';
}

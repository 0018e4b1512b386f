/** JSON, with a word for what it lacks: the string "Infinity", which settings and faults take as well. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (each === Number.POSITIVE_INFINITY ? 'Infinity' : each));
}

/** An answer in JSON. */
export function jsonAnswer(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(jsonText(value), {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

/** Asks the control API, and throws what it says is wrong, in words for a person. */
async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new Error('The box does not answer. Is it still running?');
  });
  const text = await response.text();
  if (!response.ok) throw new Error(errorIn(text) ?? `The box answered ${response.status}.`);
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

function errorIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

export const get = <Answer>(path: string) => call<Answer>('GET', path);
export const post = <Answer>(path: string, body: unknown = {}) => call<Answer>('POST', path, body);
export const remove = (path: string) => call<unknown>('DELETE', path);

const welcome = `The box runs. GET /api lists what it can do.
`;

/** The page, as far as a path is one of its own. */
export function servePage(request: Request): Response | undefined {
  if (new URL(request.url).pathname !== '/') return undefined;
  return new Response(welcome, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

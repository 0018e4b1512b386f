import { isSmsError } from '@polysms/core/provider-kit';
import { type Context, Hono } from 'hono';
import type { Box } from '../box.js';
import { wordsOf } from '../words-of.js';
import { apiList } from './api-list.js';
import { boxEndpoints } from './box-endpoints.js';
import { type ControlEndpoint, problem } from './endpoint.js';
import { jsonAnswer } from './json.js';
import { messageEndpoints } from './message-endpoints.js';
import { parseBody } from './queries.js';

/** What the control API needs besides the box. */
export interface ControlOptions {
  /** The certificate of the vendors' ports, in PEM. */
  readonly certificate: string | undefined;
  /** The address of the control API. */
  url(): string;
  /** Is asked first; undefined leaves a request to the control API. */
  readonly otherPaths: ((request: Request) => Promise<Response | undefined>) | undefined;
  /** The page and its assets; undefined if a path is none of theirs. */
  page(request: Request): Response | undefined | Promise<Response | undefined>;
}

const endpoints: readonly ControlEndpoint[] = [
  { method: 'GET', path: '/api', what: 'This list, with every kind of fault.', answer: () => undefined },
  ...messageEndpoints,
  ...boxEndpoints,
];

const list = new Intl.ListFormat('en-GB');

/** The control API and the page. */
export function controlApp(box: Box, options: ControlOptions): Hono {
  const app = new Hono({ strict: false });
  app.use(async (context, next) => (await options.otherPaths?.(context.req.raw)) ?? next());
  app.get('/api', () => jsonAnswer(apiList(box, endpoints, options.url())));
  for (const endpoint of endpoints.slice(1)) {
    app.on(endpoint.method, endpoint.path, (context) => answer(box, options, endpoint, context));
  }
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const methods = endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method);
    app.all(path, () => problem(405, `This path takes ${list.format(methods)}.`, { Allow: methods.join(', ') }));
  }
  app.get('*', async (context, next) => (await options.page(context.req.raw)) ?? next());
  app.notFound(({ req }) => problem(404, `There is nothing at ${req.path}; GET /api lists what there is.`));
  app.onError((error) =>
    isSmsError(error) ? problem(400, error.message) : problem(500, `The simulator failed: ${wordsOf(error)}`),
  );
  return app;
}

async function answer(
  box: Box,
  { certificate }: ControlOptions,
  endpoint: ControlEndpoint,
  { req }: Context,
): Promise<Response> {
  const result = await endpoint.answer({
    box,
    certificate,
    param: (name) => req.param(name) ?? '',
    query: req.query(),
    headers: req.raw.headers,
    body: endpoint.method === 'POST' ? parseBody(await req.text()) : undefined,
    signal: req.raw.signal,
  });
  const response = result instanceof Response ? result : jsonAnswer(result);
  // Hono answers the head alone, and lets the body be: a stream would wait for its reader without end.
  if (req.raw.method === 'HEAD') await response.body?.cancel();
  return response;
}

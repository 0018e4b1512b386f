import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Exchange } from '../vendor-port/listener.js';
import { readBody } from '../vendor-port/read-body.js';
import { parseTarget } from '../vendor-port/target.js';
import { writeProblem } from '../vendor-port/write-answer.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { controlRefusal } from './guard.js';

/** Large enough for a fault whose answer is far too long. */
const maxBodyBytes = 32 * 1024 * 1024;

/** Answers requests to the control API, unless they come from a web page. */
export function serveControl(app: Hono, allowedHosts: AllowedHosts): (exchange: Exchange) => Promise<void> {
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return async ({ request, response, awaitsContinue }) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    const refusal = controlRefusal(request, allowedHosts);
    if (refusal !== undefined) {
      writeProblem(response, 403, refusal);
      return;
    }
    if (awaitsContinue) response.writeContinue();
    const body = await readBody(request, maxBodyBytes);
    if (body.kind === 'aborted') return;
    if (body.kind === 'too-large') {
      response.setHeader('Connection', 'close');
      writeProblem(response, 413, `A body has at most ${maxBodyBytes} bytes.`);
      return;
    }
    // A whole URL as the target, and doubled slashes, are the same path.
    const { path, query } = parseTarget(request.url ?? '');
    request.url = query === '' ? path : `${path}?${query}`;
    // The guard has compared the name; whoever parses it again may know fewer ways of writing it.
    request.headers.host = 'localhost';
    // Under this name the listener looks for a body that has been read.
    await answer(Object.assign(request, { rawBody: body.bytes }), response);
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { fixedAnswer, isMethodRefused, methodNotAllowed } from './answers.js';
import { isBodyTaken, requestOf } from './node-request.js';
import { bodyTakenText } from './webhook-warnings.js';
import type { Webhooks } from './webhooks.js';

const taken = new SeldomWarning(bodyTakenText);
const failed = new SeldomWarning('A webhook failed');

/**
 * The webhooks of a client as a request listener of `node:http`, and so for Express and Fastify (`request.raw` and
 * `reply.raw`). Mount it before anything that reads bodies; where that cannot be, keep the bytes in `request.rawBody`.
 * What it returns never rejects.
 *
 * @param options.provider the id of the provider; without it the last segment of the path that is not empty names it
 */
export function toNodeHandler(
  webhooks: Webhooks,
  options: { readonly provider?: string | undefined } = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    // A vendor that hangs up must not end the process.
    request.on('error', ignore);
    response.on('error', ignore);
    try {
      await write(await answerTo(request, webhooks, options), request, response);
    } catch (error) {
      failed.warn(error);
      response.destroy();
    }
  };
}

async function answerTo(
  incoming: IncomingMessage,
  webhooks: Webhooks,
  options: { readonly provider?: string | undefined },
): Promise<Response> {
  // No `Request` can have these.
  if (isMethodRefused(incoming.method ?? '')) return methodNotAllowed();
  if (isBodyTaken(incoming)) {
    taken.warn(undefined, 'the body is gone');
    return fixedAnswer(500);
  }
  let request: Request;
  try {
    request = requestOf(incoming);
  } catch {
    return fixedAnswer(400);
  }
  try {
    return await webhooks.handle(request, options);
  } catch (error) {
    failed.warn(error);
    return fixedAnswer(500);
  }
}

async function write(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  // The other side has gone, or a middleware for slow requests has answered.
  if (response.destroyed || response.headersSent) return;
  // What is left of the body is not read to find the next request behind it.
  if (!request.complete) response.shouldKeepAlive = false;
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.end(body);
}

function ignore(): void {}

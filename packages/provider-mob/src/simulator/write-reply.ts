import type { ServerResponse } from 'node:http';
import type { Reply } from './api-answers.js';

/** Writes a whole answer. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  writeHead(response, reply, body.length);
  response.end(body);
}

/** Time for the caller to read: what comes together with RST looks to Node like an orderly end. */
const readingTimeMs = 20;

/** Writes the head of an answer and half of its body, and calls back once the caller can have read them. */
export function writeHalf(response: ServerResponse, reply: Reply, done: () => void): void {
  const body = Buffer.from(reply.body);
  writeHead(response, reply, body.length);
  response.write(body.subarray(0, Math.ceil(body.length / 2)));
  // The immediate lets a caller in this very process read, however late the timer is.
  const timer = setTimeout(() => setImmediate(done), readingTimeMs);
  response.once('close', () => clearTimeout(timer));
}

/** An answer of the simulator itself, not of Mob. */
export function writeJson(response: ServerResponse, httpStatus: number, value: unknown): void {
  writeReply(response, { httpStatus, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) });
}

/** A refusal of the simulator itself, in words. */
export function writeProblem(response: ServerResponse, httpStatus: number, error: string): void {
  writeJson(response, httpStatus, { error });
}

function writeHead(response: ServerResponse, reply: Reply, length: number): void {
  if (reply.contentType !== undefined) response.setHeader('Content-Type', reply.contentType);
  // These two have no body, and a length would be malformed.
  if (reply.httpStatus !== 204 && reply.httpStatus !== 304) response.setHeader('Content-Length', length);
  response.writeHead(reply.httpStatus);
}

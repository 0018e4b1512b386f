import type { ServerResponse } from 'node:http';
import type { VendorAnswer } from '../dialect.js';

/** Writes a whole answer. */
export function writeAnswer(response: ServerResponse, answer: VendorAnswer): void {
  const body = Buffer.from(answer.body);
  writeHead(response, answer, body.length);
  response.end(body);
}

/** Time for the caller to read: what comes together with RST looks to Node like an orderly end. */
const readingTimeMs = 20;

/** Writes the head of an answer and half of its body, and calls back once the caller can have read them. */
export function writeHalf(response: ServerResponse, answer: VendorAnswer, done: () => void): void {
  const body = Buffer.from(answer.body);
  writeHead(response, answer, body.length);
  response.write(body.subarray(0, Math.ceil(body.length / 2)));
  // The immediate lets a caller in this very process read, however late the timer is.
  const timer = setTimeout(() => setImmediate(done), readingTimeMs);
  response.once('close', () => clearTimeout(timer));
}

/** A refusal of the simulator itself, in words. */
export function writeProblem(response: ServerResponse, status: number, error: string): void {
  writeAnswer(response, { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify({ error }) });
}

function writeHead(
  response: ServerResponse,
  { status, contentType, headers = {} }: VendorAnswer,
  length: number,
): void {
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // These two have no body, and a length would be malformed.
  if (status !== 204 && status !== 304) response.setHeader('Content-Length', length);
  response.writeHead(status);
}

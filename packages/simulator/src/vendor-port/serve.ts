import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BoxMessage } from '../control/contract.js';
import type { MessageContent, OpenDialect, RequestHead, VendorAnswer, VendorRequest } from '../dialect.js';
import type { RequestFault } from '../faults/faults.js';
import { wordsOf } from '../words-of.js';
import type { WireRequests } from '../world/requests.js';
import { plainAddress } from './addresses.js';
import type { Connections } from './connections.js';
import type { Exchange } from './listener.js';
import { type Outcome, outcomeOf, type Treatment } from './outcome.js';
import { readBody } from './read-body.js';
import { parseTarget } from './target.js';
import { writeAnswer, writeHalf, writeProblem } from './write-answer.js';

/** The longest body that is read, where the dialect names no other. */
const defaultMaxBodyBytes = 1024 * 1024;

/** What answering takes. */
export interface ServedVendor {
  readonly vendor: string;
  readonly dialect: OpenDialect;
  readonly clock: { now(): number };
  readonly connections: Connections;
  readonly requests: WireRequests;
  onRequest(request: VendorRequest): VendorAnswer | Promise<VendorAnswer>;
  endpointAt(path: string, head: RequestHead): string | undefined;
  nextFault(endpoint: string): RequestFault | undefined;
  deliver(content: MessageContent, requestId: string): BoxMessage;
}

/** Answers a request to a vendor. */
export async function serveVendor(served: ServedVendor, exchange: Exchange): Promise<void> {
  const { dialect, connections, requests, clock, vendor } = served;
  const { request, response } = exchange;
  const { socket } = request;
  const method = request.method ?? 'GET';
  const target = parseTarget(request.url ?? '');
  const shownPath = target.query === '' ? target.path : `${target.path}?${target.query}`;
  // Kept from here: a socket that is closed no longer knows it.
  const remoteAddress = plainAddress(socket.remoteAddress ?? '');
  const endpoint = served.endpointAt(target.path, headOf(request));
  const fault = endpoint === undefined ? undefined : served.nextFault(endpoint);
  if (fault !== undefined && 'when' in fault && fault.when === 'before-reading') {
    const receivedAt = clock.now();
    const { id } = requests.begin({ vendor, method, path: shownPath, body: '', receivedAt }, request.headers);
    requests.end(id, { status: 'none', processed: false, fault: fault.kind });
    connections.end(socket, fault.kind);
    // Dropped, not read: bytes that stay in the socket would turn FIN into RST.
    if (fault.kind === 'drop') request.resume();
    return;
  }
  const maxBodyBytes = dialect.maxBodyBytes ?? defaultMaxBodyBytes;
  if (exchange.awaitsContinue && Number(request.headers['content-length'] ?? 0) > maxBodyBytes) {
    refuseLength(response, maxBodyBytes);
    return;
  }
  if (exchange.awaitsContinue) response.writeContinue();
  const body = await readBody(request, maxBodyBytes);
  if (body.kind === 'aborted') return;
  if (body.kind === 'too-large') {
    refuseLength(response, maxBodyBytes);
    return;
  }
  const receivedAt = clock.now();
  const text = body.bytes.toString('utf8');
  const { id } = requests.begin({ vendor, method, path: shownPath, body: text, receivedAt }, request.headers);
  const asked: VendorRequest = {
    id,
    method,
    ...target,
    headers: request.headers,
    body: body.bytes,
    text,
    url: addressOf(request),
    remoteAddress,
    receivedAt,
    deliver: (content) => served.deliver(content, id),
  };
  const outcome = await outcomeOf({
    fault,
    request: asked,
    endpoint: endpoint ?? target.path,
    dialect,
    process: () => served.onRequest(asked),
  }).catch(failure);
  const { answer, processed } = outcome;
  const kind = fault?.kind;
  requests.end(id, { ...onTheWire(outcome), processed, fault: kind, answeredAt: clock.now() + delayOf(outcome) });
  dialect.onAnswered?.({ request: asked, answer, processed, fault: kind });
  treat(outcome.treatment, exchange, connections);
}

/** A bug of a dialect looks like a broken server, and says what it is to whoever writes the dialect. */
function failure(error: unknown): Outcome {
  return {
    treatment: { kind: 'reply', answer: failureAnswer(error), delayMs: 0 },
    processed: false,
    answer: undefined,
  };
}

function failureAnswer(error: unknown): VendorAnswer {
  const body = JSON.stringify({ error: `The dialect failed: ${wordsOf(error)}` });
  return { status: 500, contentType: 'application/json; charset=utf-8', body };
}

/** Writes an answer; one that HTTP cannot carry is a bug of the dialect as well. */
function reply(response: ServerResponse, answer: VendorAnswer): void {
  try {
    writeAnswer(response, answer);
  } catch (error) {
    writeAnswer(response, failureAnswer(error));
  }
}

function delayOf({ treatment }: Outcome): number {
  return treatment.kind === 'reply' ? treatment.delayMs : 0;
}

function onTheWire({ treatment }: Outcome): {
  readonly status: number | 'none';
  readonly answer?: string;
  readonly answerName?: string | undefined;
} {
  if (treatment.kind !== 'reply') return { status: 'none' };
  const { status, body, name }: VendorAnswer = treatment.answer;
  return { status, answer: body, answerName: name };
}

function treat(treatment: Treatment, { request, response }: Exchange, connections: Connections): void {
  switch (treatment.kind) {
    case 'reply': {
      if (treatment.delayMs === 0) {
        reply(response, treatment.answer);
        return;
      }
      const timer = setTimeout(() => reply(response, treatment.answer), treatment.delayMs);
      // Comes when the caller leaves, and when the simulator closes.
      response.once('close', () => clearTimeout(timer));
      return;
    }
    case 'end':
      connections.end(request.socket, treatment.how);
      return;
    case 'cut-off':
      writeHalf(response, treatment.answer, () => connections.end(request.socket, treatment.how));
      return;
  }
}

/** What a dialect sees before the body is read. */
export function headOf(request: IncomingMessage): RequestHead {
  const { method = 'GET', headers, url = '' } = request;
  return { method, query: parseTarget(url).query, headers };
}

function addressOf(request: IncomingMessage): string {
  const target = request.url ?? '/';
  if (!target.startsWith('/')) return target;
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return `${scheme}://${request.headers.host ?? ''}${target}`;
}

function refuseLength(response: ServerResponse, maxBodyBytes: number): void {
  response.setHeader('Connection', 'close');
  writeProblem(response, 413, `A body has at most ${maxBodyBytes} bytes.`);
}

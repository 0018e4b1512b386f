import type { IncomingMessage, ServerResponse } from 'node:http';
import { plainAddress } from './addresses.js';
import { outcomeOf, type Treatment } from './api-answers.js';
import type { Connections } from './connections.js';
import type { MobEndpoint } from './endpoints.js';
import type { FaultScript } from './fault-script.js';
import { parseForm } from './form.js';
import type { Ledger } from './ledger.js';
import type { Mob } from './mob.js';
import { readBody } from './read-body.js';
import { verdictOn } from './verdict.js';
import { writeHalf, writeProblem, writeReply } from './write-reply.js';

/** The longest body that is read. Mob's own limit is unknown; a real request has under 1 KiB. */
const maxBodyBytes = 64 * 1024;

/** What answering takes. */
export interface ApiContext {
  readonly mob: Mob;
  readonly faults: FaultScript;
  readonly ledger: Ledger;
  readonly connections: Connections;
}

/** One HTTP exchange. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: string;
  /** The caller waits for `100 Continue` before it writes its body, as C# does. */
  readonly awaitsContinue: boolean;
}

/** Answers a request to one of Mob's endpoints. */
export async function answerApi(context: ApiContext, endpoint: MobEndpoint, exchange: Exchange): Promise<void> {
  const { mob, faults, ledger, connections } = context;
  const { request, response } = exchange;
  const { method, socket } = request;
  if (method !== 'POST' && method !== 'GET') {
    response.setHeader('Allow', 'POST, GET');
    writeProblem(response, 405, `${endpoint} takes POST, or GET with a query.`);
    return;
  }
  // Kept from here: a socket that is closed no longer knows it.
  const remoteAddress = plainAddress(socket.remoteAddress ?? '');
  const fault = faults.onRequest(endpoint);
  if (fault !== undefined && 'when' in fault && fault.when === 'before-reading') {
    connections.end(socket, fault.kind);
    // Dropped, not read: bytes that stay in the socket would turn FIN into RST.
    if (fault.kind === 'drop') request.resume();
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes && exchange.awaitsContinue) {
    refuseLength(response);
    return;
  }
  if (exchange.awaitsContinue) response.writeContinue();
  const body = await readBody(request, maxBodyBytes);
  if (body.kind === 'aborted') return;
  if (body.kind === 'too-large') {
    refuseLength(response);
    return;
  }
  const parameters = method === 'GET' ? parseForm(exchange.query) : parseForm(body.text, exchange.query);
  const receivedAt = mob.clock.now();
  const { treatment, processed, status } = outcomeOf(fault, () =>
    verdictOn(mob, { endpoint, parameters, remoteAddress }),
  );
  const { 'content-type': contentType, accept } = request.headers;
  const kind = fault?.kind;
  ledger.record({
    endpoint,
    method,
    parameters,
    contentType,
    accept,
    remoteAddress,
    processed,
    status,
    fault: kind,
    receivedAt,
  });
  treat(treatment, exchange, connections);
}

function treat(treatment: Treatment, exchange: Exchange, connections: Connections): void {
  const { request, response } = exchange;
  switch (treatment.kind) {
    case 'reply': {
      if (treatment.delayMs === 0) {
        writeReply(response, treatment.reply);
        return;
      }
      const timer = setTimeout(() => writeReply(response, treatment.reply), treatment.delayMs);
      // Comes when the caller leaves, and when the simulator closes.
      response.once('close', () => clearTimeout(timer));
      return;
    }
    case 'end':
      connections.end(request.socket, treatment.how);
      return;
    case 'cut-off':
      writeHalf(response, treatment.reply, () => connections.end(request.socket, treatment.how));
      return;
  }
}

function refuseLength(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  writeProblem(response, 413, `A body has at most ${maxBodyBytes} bytes.`);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSmsError } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { parseForm } from './form.js';
import type { SimulatedMessage } from './inbox.js';
import type { SimulatedRequest } from './ledger.js';
import { readBody } from './read-body.js';
import { writeJson, writeProblem, writeReply } from './write-reply.js';

/** What the control endpoints reach: the same as a program that holds the simulator. */
export interface Controlled {
  readonly messages: readonly SimulatedMessage[];
  readonly requests: readonly SimulatedRequest[];
  readonly certificate: string | undefined;
  /** Takes what `POST /simulator/faults` got, unchecked. */
  scheduleFault(call: unknown): void;
  configure(changes: unknown): void;
  sendSdkCode(to: string): SimulatedMessage;
  reset(): void;
}

/** What a path of the simulator itself takes, and who answers. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST';
  readonly answer: (controlled: Controlled, response: ServerResponse, input: Input) => void;
}

interface Input {
  readonly query: string;
  /** The body as JSON; undefined with GET. */
  readonly body: unknown;
}

/** Large enough for a fault whose answer is far too long. */
const maxControlBytes = 32 * 1024 * 1024;

const sdkCodeSchema = v.object({ to: v.string() });

/** The paths of the simulator itself. */
export const controlRoutes: ReadonlyMap<string, ControlRoute> = new Map<string, ControlRoute>([
  ['/simulator/messages', { method: 'GET', answer: listMessages }],
  ['/simulator/requests', { method: 'GET', answer: ({ requests }, response) => writeJson(response, 200, requests) }],
  ['/simulator/certificate', { method: 'GET', answer: showCertificate }],
  ['/simulator/faults', { method: 'POST', answer: done((controlled, { body }) => controlled.scheduleFault(body)) }],
  ['/simulator/settings', { method: 'POST', answer: done((controlled, { body }) => controlled.configure(body)) }],
  ['/simulator/reset', { method: 'POST', answer: done((controlled) => controlled.reset()) }],
  ['/simulator/sdk-codes', { method: 'POST', answer: sendSdkCode }],
]);

/** Answers a request to the simulator itself, or 404. */
export async function answerControl(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
  target: { readonly path: string; readonly query: string },
): Promise<void> {
  const route = controlRoutes.get(target.path);
  if (route === undefined) {
    writeProblem(response, 404, 'There is nothing at this path.');
    return;
  }
  if (request.method !== route.method) {
    response.setHeader('Allow', route.method);
    writeProblem(response, 405, `This path takes ${route.method}.`);
    return;
  }
  const body = await readBody(request, maxControlBytes);
  if (body.kind === 'aborted') return;
  if (body.kind === 'too-large') {
    response.setHeader('Connection', 'close');
    writeProblem(response, 413, `A body has at most ${maxControlBytes} bytes.`);
    return;
  }
  try {
    const json: unknown = route.method === 'POST' && body.text.trim() !== '' ? JSON.parse(body.text) : undefined;
    route.answer(controlled, response, { query: target.query, body: json });
  } catch (error) {
    if (error instanceof SyntaxError) writeProblem(response, 400, 'The body must be JSON.');
    else if (isSmsError(error)) writeProblem(response, 400, error.message);
    else throw error;
  }
}

function listMessages({ messages }: Controlled, response: ServerResponse, input: Input): void {
  const wanted = parseForm(input.query).get('to')?.trim();
  // A plus sign that the caller did not escape arrives as a space.
  const to = wanted === undefined || wanted.startsWith('+') ? wanted : `+${wanted}`;
  const found = to === undefined ? messages : messages.filter((message) => message.to === to);
  writeJson(response, 200, found);
}

function showCertificate({ certificate }: Controlled, response: ServerResponse): void {
  if (certificate === undefined) writeProblem(response, 404, 'There is no certificate without TLS.');
  else writeReply(response, { httpStatus: 200, contentType: 'application/x-pem-file', body: certificate });
}

function sendSdkCode(controlled: Controlled, response: ServerResponse, input: Input): void {
  const parsed = v.safeParse(sdkCodeSchema, input.body);
  if (parsed.success) writeJson(response, 200, controlled.sendSdkCode(parsed.output.to));
  else writeProblem(response, 400, 'to: must be a phone number in E.164, a plus sign and digits');
}

function done(act: (controlled: Controlled, input: Input) => void): ControlRoute['answer'] {
  return (controlled, response, input) => {
    act(controlled, input);
    writeJson(response, 200, { ok: true });
  };
}

import { isSmsError } from '@polysms/core/provider-kit';
import type { Simulator } from '@polysms/simulator';
import type { OpenMob } from './dialect.js';
import { parseForm } from './form.js';

/** What the control endpoints reach: the same as a program that holds the simulator. */
export interface Controlled {
  readonly simulator: Simulator;
  readonly open: OpenMob;
}

/** What a path of the simulator itself takes, and who answers. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST';
  readonly answer: (controlled: Controlled, input: Input) => unknown;
}

interface Input {
  readonly query: string;
  /** The body as JSON; undefined with GET. */
  readonly body: unknown;
}

/** The short paths of a simulator of Mob alone. The kit's own, under `/api`, reach more. */
export const controlRoutes: ReadonlyMap<string, ControlRoute> = new Map<string, ControlRoute>([
  ['/simulator/messages', { method: 'GET', answer: listMessages }],
  ['/simulator/requests', { method: 'GET', answer: ({ open }) => open.ledger.requests }],
  ['/simulator/certificate', { method: 'GET', answer: showCertificate }],
  ['/simulator/faults', { method: 'POST', answer: done(({ simulator }, { body }) => simulator.failAs(body)) }],
  [
    '/simulator/settings',
    { method: 'POST', answer: done(({ simulator }, { body }) => simulator.configure('mob', body)) },
  ],
  ['/simulator/reset', { method: 'POST', answer: done(({ simulator }) => simulator.reset()) }],
  [
    '/simulator/sdk-codes',
    { method: 'POST', answer: ({ simulator }, { body }) => simulator.call('mob', 'sdk-codes', body) },
  ],
]);

/** Answers a request to one of these paths; undefined for any other. */
export async function answerControl(controlled: Controlled, request: Request): Promise<Response | undefined> {
  const { pathname, search } = new URL(request.url);
  const route = controlRoutes.get(pathname);
  if (route === undefined) return undefined;
  if (request.method !== route.method) {
    return Response.json(
      { error: `This path takes ${route.method}.` },
      { status: 405, headers: { Allow: route.method } },
    );
  }
  try {
    const text = route.method === 'POST' ? await request.text() : '';
    const body: unknown = text.trim() === '' ? undefined : JSON.parse(text);
    const answer = route.answer(controlled, { query: search.slice(1), body });
    return answer instanceof Response ? answer : Response.json(answer);
  } catch (error) {
    if (error instanceof SyntaxError) return Response.json({ error: 'The body must be JSON.' }, { status: 400 });
    if (isSmsError(error)) return Response.json({ error: error.message }, { status: 400 });
    throw error;
  }
}

function listMessages({ open }: Controlled, input: Input): unknown {
  const { messages } = open.mob;
  const wanted = parseForm(input.query).get('to')?.trim();
  // A plus sign that the caller did not escape arrives as a space.
  const to = wanted === undefined || wanted.startsWith('+') ? wanted : `+${wanted}`;
  return to === undefined ? messages : messages.filter((message) => message.to === to);
}

function showCertificate({ simulator: { certificate } }: Controlled): Response {
  if (certificate === undefined)
    return Response.json({ error: 'There is no certificate without TLS.' }, { status: 404 });
  return new Response(certificate, { headers: { 'Content-Type': 'application/x-pem-file' } });
}

function done(act: (controlled: Controlled, input: Input) => void): ControlRoute['answer'] {
  return (controlled, input) => {
    act(controlled, input);
    return { ok: true };
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SimulatorOptions } from './options.js';
import { type Simulator, startSimulator } from './simulator.js';
import { tinyDialect } from './tiny-dialect.test.fixture.js';

/** Starts a box with the tiny vendor in it, which the end of the test closes. */
export async function tinyBox(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ dialects: [tinyDialect], seed: 1, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Sends a message over the tiny vendor's API. */
export function send(simulator: Simulator, message: Record<string, string>): Promise<Response> {
  return fetch(`${simulator.urlOf('tiny')}/messages`, { method: 'POST', body: JSON.stringify(message) });
}

/** Calls the control API, and returns its JSON, whatever the test expects of it. */
export async function call(simulator: Simulator, line: string, body?: unknown): Promise<unknown> {
  return (await callRaw(simulator, line, body)).json();
}

/** Calls the control API. `line`: a method and a path. */
export function callRaw(simulator: Simulator, line: string, body?: unknown): Promise<Response> {
  const [method = 'GET', path = ''] = line.split(' ');
  return fetch(`${simulator.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

/** What came to an app's webhook. */
export interface WebhookHit {
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** An app with a webhook. It answers the statuses it is told, one after the other, and then 200. */
export async function startApp(statuses: number[] = []) {
  const hits: WebhookHit[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    hits.push({ path: request.url ?? '', headers: request.headers, body });
    response.statusCode = statuses.shift() ?? 200;
    response.end();
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    hits,
    /** Resolves once so many calls have come. */
    async hit(count: number): Promise<void> {
      while (hits.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CallContext, deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { mob } from './mob.js';

export const appKey = 'canary-appkey';
export const to = parsePhoneNumber('+8613800138000');
export const context = (): CallContext => ({ deadline: deadlineAfter(5_000) });
export const order = {
  kind: 'template',
  id: 'message-1',
  to,
  template: '2901',
  params: [{ name: 'order', value: '42' }],
} as const;

/** A request as Mob sees it. */
export interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly fields: Record<string, string>;
}

export const seen: Seen[] = [];
let answer: (response: ServerResponse) => void = (response) => response.end('{"status":200}');
let server: Server;
export let baseUrl: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    seen.push({ method: request.method, path: request.url, headers: request.headers, fields });
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  seen.length = 0;
  for (const provider of opened.splice(0)) await provider.close();
});

export function account(options: Partial<Parameters<typeof mob>[0]> = {}) {
  const provider = mob({ appKey, baseUrl, ...options });
  opened.push(provider);
  return provider;
}

export function answers(body: string, status = 200, headers: Record<string, string> = {}) {
  answer = (response) => response.writeHead(status, headers).end(body);
}

export const operations = {
  sendmsg: () => account().verification.start({ id: 'message-1', to }, context()),
  checkcode: () => account().verification.check({ to, code: '1234' }, context()),
  verify: () => account().verifySdkCode({ phone: '+8613800138000', code: '1234' }, context()),
  'custom/msg': () => account().send(order, context()),
} as const;
export type Operation = keyof typeof operations;

/** Answers the next requests in a way of the test's own. */
export function answersBy(next: (response: ServerResponse) => void) {
  answer = next;
}

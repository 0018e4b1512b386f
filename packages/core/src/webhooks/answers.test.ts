import { describe, expect, it } from 'vitest';
import type { WebhookReply } from '../contract/webhooks.js';
import { answerOf, fixedAnswer, isMethodRefused, refusal } from './answers.js';

const headersOf = (answer: Response | undefined) => Object.fromEntries(answer?.headers ?? []);

describe('a method', () => {
  it.each(['HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'TRACK', 'Track'])(
    'that no vendor calls by is refused: %s',
    (method) => {
      expect(isMethodRefused(method)).toBe(true);
    },
  );

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('that one may call by is not: %s', (method) => {
    expect(isMethodRefused(method)).toBe(false);
  });
});

describe('an answer of ours', () => {
  it('says what its status is called, and nothing where a status has no body or no name', async () => {
    for (const [status, words] of [
      [404, 'Not Found'],
      [204, ''],
      [499, ''],
    ] as const) {
      expect(await fixedAnswer(status).text()).toBe(words);
    }
  });
});

describe('a refusal', () => {
  const withHeader = (name: string, value: string) => headersOf(refusal({ status: 401, headers: { [name]: value } }));

  it.each([
    ['retry-after', '0'],
    ['retry-after', '99999'],
    ['www-authenticate', 'Basic'],
    ['www-authenticate', 'Bearer realm=""'],
    ['www-authenticate', `Basic realm="${'a'.repeat(64)}"`],
    ['www-authenticate', 'Basic realm="my app-1.2"'],
  ])('has what a vendor acts on: %s: %s', (name, value) => {
    expect(withHeader(name, value)[name]).toBe(value);
  });

  it.each([
    ['retry-after', 'soon'],
    ['retry-after', '100000'],
    ['retry-after', '5 canary'],
    ['retry-after', 'canary 5'],
    ['www-authenticate', 'Digest realm="app"'],
    ['www-authenticate', 'canary Basic realm="app"'],
    ['www-authenticate', 'Basic realm="app", canary'],
    ['www-authenticate', `Basic realm="${'a'.repeat(65)}"`],
    ['www-authenticate', 'Basic realm="a"b"'],
  ])('has no other words of the provider: %s: %s', (name, value) => {
    expect(withHeader(name, value)).toEqual({ 'content-type': 'text/plain', 'cache-control': 'no-store' });
  });

  it('has the status of an error, the lowest and the highest included', () => {
    for (const status of [400, 599]) expect(refusal({ status }).status).toBe(status);
    for (const status of [200, 399]) expect(refusal({ status }).status).toBe(403);
  });
});

describe('a reply of a provider', () => {
  it('is not kept by caches, unless the provider says so', () => {
    expect(headersOf(answerOf({ status: 200 }))).toEqual({ 'cache-control': 'no-store' });
    expect(headersOf(answerOf({ status: 200, headers: { 'Cache-Control': 'private' } }))).toEqual({
      'cache-control': 'private',
    });
  });

  it.each([
    'Connection',
    'Content-Length',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
  ])('does not speak for the connection: %s', (name) => {
    expect(headersOf(answerOf({ status: 200, headers: { [name]: '1' } }))).toEqual({ 'cache-control': 'no-store' });
  });

  it('is none if it cannot be written', () => {
    const wrong: readonly WebhookReply[] = [{ status: 600 }, { status: 200, headers: { 'a b': 'c' } }];
    for (const reply of wrong) expect(answerOf(reply)).toBeUndefined();
  });
});

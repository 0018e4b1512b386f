import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { callWebhook } from './webhook-calls.js';

test('an app that never ends its answer has answered: what is longer than a vendor reads is not read', async () => {
  let left: () => void;
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  const server = createServer((_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write('y'.repeat(65_536)));
      response.once('drain', write);
    };
    response.once('close', () => left());
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let read = 0;
  const manner = {
    timeoutMs: 60_000,
    verdictOn: (answer: { readonly body: string } | null) => {
      read = answer?.body.length ?? 0;
      return 'taken' as const;
    },
  };
  const call = { method: 'POST', headers: {}, body: '{}' } as const;
  const { signal } = new AbortController();
  expect(await callWebhook(manner, () => call, { webhook: url, attempt: 1, signal })).toMatchObject({ status: 200 });
  expect(read).toBe(65_536);
  await gone;
});

test('neither the password nor the query of a webhook is shown', async () => {
  const call = { method: 'POST', headers: {}, body: '{}' } as const;
  const url = 'http://app:p%40ss@127.0.0.1:1/hooks?token=secret';
  const { signal } = new AbortController();
  const called = await callWebhook({}, () => call, { webhook: url, attempt: 1, signal });
  expect(called.url).toBe('http://127.0.0.1:1/hooks');
});

import { createHook } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { client, fake, to } from './sms-client.test.fixture.js';

/** How many promises one send makes: counted where V8 makes them, without the one that waits here. */
async function promisesOf(send: () => Promise<unknown>): Promise<number> {
  // What is made once only is not of the send.
  for (let times = 0; times < 20; times += 1) await send();
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') count += 1;
    },
  });
  hook.enable();
  const sending = send();
  await sending;
  hook.disable();
  return count - 1;
}

describe('a send of a template through two providers', () => {
  const templates = {
    shipped: { params: ['order'], providers: { a: { template: '1' }, b: { template: '1' } } },
  };
  const request = { to, template: 'shipped', params: { order: '42' } };

  it('passes nine promises at most', async () => {
    const sms = client([fake('a', [accepted('r')]), fake('b')], { templates });
    expect(await promisesOf(() => sms.send(request))).toBeLessThanOrEqual(9);
  });

  it('passes fifteen promises at most with an idempotency key', async () => {
    const sms = client([fake('a', [accepted('r')]), fake('b')], { templates });
    let key = 0;
    const send = () => {
      key += 1;
      return sms.send({ ...request, idempotencyKey: `order-${key}` });
    };
    expect(await promisesOf(send)).toBeLessThanOrEqual(15);
  });
});

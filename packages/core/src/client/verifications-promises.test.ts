import { createHook } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { client, fake } from './sms-client.test.fixture.js';
import { lastCode, phone } from './verifications.test.fixture.js';

/** How many promises a call makes before it returns. What others do meanwhile is not in between. */
function promisesOf<Result>(call: () => Promise<Result>) {
  let made = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') made += 1;
    },
  }).enable();
  const promise = call();
  hook.disable();
  return { promise, made };
}

it('a check of a code of ours in memory makes no promise but its own', async () => {
  const text = fake('text');
  const sms = client([text], { guard: {} });
  const { id } = await sms.verifications.start({ to: phone, ip: '192.0.2.1' });
  const { promise, made } = promisesOf(() => sms.verifications.check({ id, code: lastCode(text) }));
  expect(made).toBe(1);
  expect(await promise).toMatchObject({ outcome: 'approved' });
  await sms.close();
});

it('a start in memory waits for no store: it asks the provider before it returns', async () => {
  const text = fake('text');
  const sms = client([text], { guard: false });
  const promise = sms.verifications.start({ to: phone });
  expect(text.sent).toHaveLength(1);
  await promise;
  await sms.close();
});

it('the guard in memory makes one promise', async () => {
  const text = fake('text');
  const sms = client([text], { guard: {} });
  const { promise, made } = promisesOf(() => sms.verifications.start({ to: phone, ip: '192.0.2.1' }));
  // That of the start, that of the guard, and the wait for it.
  expect(made).toBe(3);
  await promise;
  expect(text.sent).toHaveLength(1);
  await sms.close();
});

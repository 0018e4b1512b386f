import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { notSent, refused, unknown } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { client, fake } from './sms-client.test.fixture.js';
import { codeIn, intercepted, issuedCode, issuer, phone, verifier } from './verifications.test.fixture.js';

async function errorOf(call: Promise<unknown>) {
  return call.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as Error,
  );
}

describe('a store that answers nonsense', () => {
  const nonsense = [undefined, null, 'OK', {}, { state: 'error' }, { state: 'opened' }, { state: 'locked' }, 42];

  it.each(nonsense)('%j to an opening: nothing is sent', async (answer) => {
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) =>
      operation === 'open' ? answer : next(),
    );
    const text = fake('text');
    const { sms } = verifier([text], { stores: { verification: store } });
    expect(await errorOf(sms.verifications.start({ to: phone }))).toMatchObject({
      code: 'store_unavailable',
      outcome: 'not-sent',
    });
    expect(text.sent).toEqual([]);
  });

  it.each([...nonsense, { state: 'approved' }, { state: 'ask', to: phone, purpose: 'x' }, { state: 'incorrect' }])(
    '%j to a check, a canceling and a reading: nothing is approved',
    async (answer) => {
      const operations = ['check', 'cancel', 'read'];
      const store = intercepted(new MemoryVerificationStore(), async (operation, next) =>
        operations.includes(operation) ? answer : next(),
      );
      const text = fake('text');
      const { sms } = verifier([text], { stores: { verification: store } });
      const { id } = await sms.verifications.start({ to: phone });
      const code = codeIn(text.sent[0]);
      for (const call of [
        () => sms.verifications.check({ id, code }),
        () => sms.verifications.check({ to: phone, code }),
        () => sms.verifications.cancel(id),
        () => sms.verifications.status(id),
      ]) {
        expect(await errorOf(call())).toMatchObject({ code: 'store_unavailable' });
      }
    },
  );

  it.each([undefined, {}, { failures: 0 }])(
    '%j to a reading under the previous pepper: nothing is sent',
    async (answer) => {
      const store = intercepted(new MemoryVerificationStore(), async (operation, next) =>
        operation === 'read' ? answer : next(),
      );
      const pepper = { current: 'x'.repeat(32), previous: 'y'.repeat(32) };
      const text = fake('text');
      const { sms } = verifier([text], { stores: { verification: store }, verification: { pepper } });
      expect(await errorOf(sms.verifications.start({ to: phone }))).toMatchObject({ code: 'store_unavailable' });
      expect(text.sent).toEqual([]);
    },
  );

  it('to a conclusion: not approved', async () => {
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) =>
      operation === 'conclude' ? 'maybe' : next(),
    );
    const { sms } = verifier([issuer('mob')], { stores: { verification: store } });
    const { id } = await sms.verifications.start({ to: phone });
    expect(await errorOf(sms.verifications.check({ id, code: issuedCode }))).toMatchObject({ outcome: 'unknown' });
  });
});

describe('a provider that repeats the code', () => {
  it('is not quoted: neither what it says nor its code shows it', async () => {
    let code = '';
    const echo = fake('text', [
      async (message) => {
        code = codeIn(message);
        return refused('content_rejected', `rejected: ${code}!`, {
          providerCode: `c${code}`,
          cause: new Error(`of ${code}`),
        });
      },
    ]);
    const { sms } = verifier([echo]);
    const told: unknown[] = [];
    for (const name of ['attempt', 'settled'] as const) sms.on(name, (event) => told.push(event));
    const error = await errorOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'content_rejected', providerCode: 'c***' });
    expect(
      inspect([error, told, { ...error }, error.cause], { depth: 9 }) + JSON.stringify([error, told]),
    ).not.toContain(code);
  });

  it('is not quoted by a check either', async () => {
    const echo = issuer('mob', {
      check: [async ({ code }) => notSent('invalid_request', `bad: ${code}`, { providerCode: code })],
    });
    const { sms } = verifier([echo]);
    const { id } = await sms.verifications.start({ to: phone });
    const error = await errorOf(sms.verifications.check({ id, code: '864297' }));
    expect(inspect(error, { depth: 9 })).not.toContain('864297');
  });
});

describe('a challenge that is saved too late', () => {
  it('is forgotten: it neither locks the phone nor makes the next start avoid a provider', async () => {
    vi.useFakeTimers();
    let isSlow = true;
    const memory = new MemoryVerificationStore({ now: () => 0 });
    const store = intercepted(memory, async (operation, next) => {
      if (isSlow && operation === 'open') await new Promise((resolve) => setTimeout(resolve, 200));
      return next();
    });
    const [a, b] = [issuer('a'), issuer('b')];
    const { sms } = verifier([a, b], { deadlineMs: 100, stores: { verification: store } });
    for (let time = 0; time < 12; time += 1) {
      const failed = errorOf(sms.verifications.start({ to: phone }));
      await vi.advanceTimersByTimeAsync(300);
      expect(await failed).toMatchObject({ code: 'store_unavailable' });
    }
    isSlow = false;
    await sms.verifications.start({ to: phone });
    expect([a.started.length, b.started.length]).toEqual([1, 0]);
  });
});

describe('an error with a verification', () => {
  it('keeps its id out of JSON, copies and what is inspected', async () => {
    const { sms } = verifier([issuer('mob', { start: [unknown('timeout', 'No answer.')] })]);
    const error = (await errorOf(sms.verifications.start({ to: phone }))) as Error & { verificationId: string };
    expect(error.verificationId).toHaveLength(44);
    expect(JSON.stringify([error, { ...error }]) + inspect([error, { ...error }])).not.toContain(error.verificationId);
  });
});

describe('a client is not made with', () => {
  it.each([{ maxChecks: 0 }, { lifetimeMs: 0 }, { maxChecks: Number.NaN }, { lifetimeMs: '5' }, null, 7])(
    'a provider whose codes have the limits %j',
    (limits) => {
      const provider = issuer('mob', { limits: limits as never });
      expect(() => client([provider])).toThrow(/providers\.0: must be a provider.*limits/);
    },
  );

  it('a store that does not say whether it is shared', () => {
    const memory = new MemoryVerificationStore();
    const store = { ...intercepted(memory, (_operation, next) => next()), isShared: undefined as never };
    expect(() => client([fake('a')], { stores: { verification: store } })).toThrow(/stores\.verification: .*isShared/);
  });

  it('two peppers that are the same', () => {
    const pepper = { current: 'x'.repeat(32), previous: 'x'.repeat(32) };
    expect(() => client([fake('a')], { verification: { pepper } })).toThrow(/must differ/);
  });
});

import { describe, expect, it } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { CodeSecrets } from '../verification/code-secrets.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { InFlight } from './in-flight.js';
import { failureOf, fake } from './sms-client.test.fixture.js';
import { intercepted, issuedCode, issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

/** Something that happens when a test says so. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('closing a client', () => {
  it('waits for a start, which ends as it would have', async () => {
    const { open, opened } = gate();
    const text = fake('text', [
      async () => {
        await opened;
        return accepted();
      },
    ]);
    const { sms, store } = verifier([text]);
    const starting = sms.verifications.start({ to: phone });
    const happened: string[] = [];
    const closing = sms.close().then(() => happened.push('closed'));
    starting.then(
      () => happened.push('started'),
      () => {},
    );
    await new Promise(setImmediate);
    expect([happened, text.closed]).toEqual([[], 0]);
    open();
    await closing;
    expect([happened, text.closed]).toEqual([['started', 'closed'], 1]);
    const { id } = await starting;
    expect((await store.read(new CodeSecrets(undefined, '').subjectOf(id) ?? '')).challenges).toMatchObject([
      { id, state: 'pending' },
    ]);
  });

  it('waits for a check', async () => {
    const { open, opened } = gate();
    const mob = issuer('mob', {
      check: [
        async () => {
          await opened;
          return { outcome: 'approved' };
        },
      ],
    });
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    const checking = sms.verifications.check({ id, code: issuedCode });
    const closing = sms.close();
    await new Promise(setImmediate);
    expect(mob.closed).toBe(0);
    open();
    expect(await checking).toMatchObject({ outcome: 'approved' });
    await closing;
    expect(mob.closed).toBe(1);
  });

  it.each(['cancel', 'read'] as const)('waits for the store’s %s', async (waitsFor) => {
    const { open, opened } = gate();
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) => {
      if (operation === waitsFor) await opened;
      return next();
    });
    const text = fake('text');
    const { sms } = verifier([text], { stores: { verification: store } });
    const { id } = await sms.verifications.start({ to: phone });
    const asking = waitsFor === 'cancel' ? sms.verifications.cancel(id) : sms.verifications.status(id);
    const closing = sms.close();
    await new Promise(setImmediate);
    expect(text.closed).toBe(0);
    open();
    expect(await asking).toMatchObject(waitsFor === 'cancel' ? { outcome: 'canceled' } : { state: 'pending' });
    await closing;
    expect(text.closed).toBe(1);
  });

  it('refuses every later call, and asks nobody', async () => {
    const text = fake('text');
    const operations: string[] = [];
    const store = intercepted(new MemoryVerificationStore(), (operation, next) => {
      operations.push(operation);
      return next();
    });
    const { sms } = verifier([text], { stores: { verification: store } });
    const { id } = await sms.verifications.start({ to: phone });
    const before = [...operations];
    const closing = sms.close();
    const { verifications } = sms;
    const calls = [
      verifications.start({ to: phone }),
      verifications.check({ id, code: lastCode(text) }),
      verifications.check({ to: phone, code: lastCode(text) }),
      verifications.cancel(id),
      verifications.status(id),
    ];
    for (const call of calls) {
      const error = await failureOf(call as Promise<unknown>);
      expect(error).toMatchObject({ code: 'client_closed', outcome: 'not-sent', message: 'The client is closed.' });
    }
    await closing;
    expect([text.sent.length, operations]).toEqual([1, before]);
  });
});

describe('calls under way', () => {
  it('are waited for together, and no others begin', async () => {
    const inFlight = new InFlight();
    inFlight.begin();
    inFlight.begin();
    let isClosed = false;
    const closing = inFlight.close().then(() => {
      isClosed = true;
    });
    inFlight.end();
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    expect(() => inFlight.begin()).toThrow('The client is closed.');
    inFlight.end();
    await closing;
  });

  it('are none: closing waits for nothing', async () => {
    await new InFlight().close();
  });
});

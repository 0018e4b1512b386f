import { describe, expect, it } from 'vitest';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import type { CheckConclusion, NewChallenge } from '../verification/verification-store.js';
import { broke, failureOf, fake } from './sms-client.test.fixture.js';
import { intercepted, issuedCode, issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

/** A client, and what it asks of its store. */
function watched(...providers: Parameters<typeof verifier>[0]) {
  const asked: { readonly operation: string; readonly args: readonly unknown[] }[] = [];
  const store = intercepted(new MemoryVerificationStore({ now: () => 0 }), (operation, next, args) => {
    asked.push({ operation, args });
    return next();
  });
  const { verifications } = verifier(providers, { stores: { verification: store } }).sms;
  /** The operations that a call needs. */
  const needs = async (call: () => Promise<unknown>) => {
    asked.length = 0;
    await call();
    return asked.map(({ operation }) => operation);
  };
  return { asked, verifications, needs };
}

describe('the store is asked', () => {
  it('nothing about what is no id', async () => {
    const { verifications, needs } = watched(fake('text'));
    expect(await needs(() => verifications.check({ id: 'x', code: '123456' }))).toEqual([]);
    expect(await needs(() => verifications.cancel('x'))).toEqual([]);
    expect(await needs(() => verifications.status('x'))).toEqual([]);
  });

  it('to compare a code with the live ones of a phone, and nothing else', async () => {
    const text = fake('text');
    const { verifications, needs } = watched(text);
    const check = (code: string) => needs(() => verifications.check({ to: phone, code }));
    expect(await check('wrong')).toEqual(['read']);
    const { id } = await verifications.start({ to: phone });
    expect(await check('wrong')).toEqual(['read', 'check']);
    await verifications.cancel(id);
    expect(await check('wrong')).toEqual(['read']);
    await verifications.start({ to: phone });
    expect(await check(lastCode(text))).toEqual(['read', 'check']);
    expect(await check(lastCode(text))).toEqual(['read']);
  });

  it('to save a code of ours once, however many providers could carry it', async () => {
    const { verifications, asked } = watched(fake('a'), issuer('b'), fake('c'));
    await verifications.start({ to: phone });
    const opened = asked.find(({ operation }) => operation === 'open')?.args[0] as NewChallenge | undefined;
    expect(opened?.codes.map(({ kind }) => kind)).toEqual(['local', 'issued']);
  });

  it.each([
    ['approved', issuer('mob')],
    ['refund', issuer('mob', { check: [broke] })],
  ])('to end a check that a provider judged: %s', async (verdict, mob) => {
    const { verifications, asked } = watched(mob);
    const { id } = await verifications.start({ to: phone });
    const checking = verifications.check({ id, code: issuedCode });
    await (verdict === 'approved' ? checking : failureOf(checking));
    const { operation, args } = asked.at(-1) ?? {};
    expect(operation).toBe('conclude');
    expect(args?.[0] as CheckConclusion).toMatchObject({ verdict, ids: [id] });
  });
});

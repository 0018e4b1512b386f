import { describe, expect, it } from 'vitest';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { fake } from './sms-client.test.fixture.js';
import { intercepted, issuedCode, issuer, lastCode, pepper, phone, verifier } from './verifications.test.fixture.js';

type Makes = 'ours' | 'a provider’s';

/** Two apps on one store and pepper, and the subjects that the second asks the store for. */
function shopAndBank(makes: Makes, tenants: readonly [string, string] = ['shop', 'bank']) {
  const touched: unknown[] = [];
  const memory = new MemoryVerificationStore();
  const watched = intercepted(memory, (_, next, [argument]) => {
    touched.push(
      typeof argument === 'object' && argument !== null && 'subject' in argument ? argument.subject : argument,
    );
    return next();
  });
  const opened: string[] = [];
  const opening = intercepted(memory, (operation, next, [argument]) => {
    if (operation === 'open') opened.push((argument as { readonly subject: string }).subject);
    return next();
  });
  const provider = makes === 'ours' ? fake('text') : issuer('mob');
  const [shop, bank] = [opening, watched].map((verification, index) => {
    const options = { pepper, tenant: tenants[index] ?? '', maxFailures: index === 0 ? 3 : 1, failureWindowMs: 60_000 };
    return verifier([provider], { stores: { verification }, verification: options }).sms.verifications;
  }) as [ReturnType<typeof verifier>['sms']['verifications'], ReturnType<typeof verifier>['sms']['verifications']];
  const code = () => (makes === 'ours' ? lastCode(provider) : issuedCode);
  return { shop, bank, code, touched, opened, provider };
}

describe.each<Makes>(['ours', 'a provider’s'])('an id of another tenant, for a code of %s,', (makes) => {
  it('is not found, whatever is asked of it, and its record is not even looked at', async () => {
    const { shop, bank, code, touched, opened, provider } = shopAndBank(makes);
    const { id } = await shop.start({ to: phone });
    for (const check of [
      { id, code: code() },
      { id, code: 'wrong' },
      { id, code: code(), purpose: 'verification' },
    ]) {
      expect(await bank.check(check)).toEqual({ outcome: 'not-found' });
    }
    expect(await bank.status(id)).toEqual({ state: 'not-found' });
    expect(await bank.cancel(id)).toEqual({ outcome: 'not-found' });
    expect(touched.length).toBeGreaterThan(0);
    for (const subject of touched) expect(opened).not.toContain(subject);
    if ('checked' in provider) expect(provider.checked).toEqual([]);
    expect(await shop.status(id)).toMatchObject({ state: 'pending', checksLeft: 3 });
    expect(await shop.check({ id, code: code() })).toMatchObject({ outcome: 'approved', to: phone });
  });

  it('is not found after its own tenant has used the failures up, either', async () => {
    const { shop, bank, code } = shopAndBank(makes);
    const { id } = await shop.start({ to: phone });
    for (let times = 0; times < 3; times += 1) await shop.check({ id, code: 'wrong' });
    expect(await shop.check({ id, code: code() })).toEqual({ outcome: 'exhausted' });
    expect(await bank.check({ id, code: code() })).toEqual({ outcome: 'not-found' });
    expect(await bank.status(id)).toEqual({ state: 'not-found' });
    // The phone is not locked for the other tenant.
    await bank.start({ to: phone });
  });

  it('is not found for the tenant without a name, nor for one whose name is longer', async () => {
    for (const tenants of [
      ['shop', ''],
      ['', 'bank'],
      ['shop', 'shop2'],
      ['22:', '2'],
    ] as const) {
      const { shop, bank, code } = shopAndBank(makes, tenants);
      const { id } = await shop.start({ to: phone });
      expect(await bank.check({ id, code: code() })).toEqual({ outcome: 'not-found' });
    }
  });
});

describe('a tenant', () => {
  it('finds no id that was put together from two', async () => {
    const { shop, bank } = shopAndBank('ours');
    const { id } = await shop.start({ to: phone });
    const other = await bank.start({ to: phone });
    expect(await bank.status(id.slice(0, 22) + other.id.slice(22))).toEqual({ state: 'not-found' });
    expect(await bank.status(other.id.slice(0, 22) + id.slice(22))).toEqual({ state: 'not-found' });
  });
});

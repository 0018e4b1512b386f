import { describe, expect, it } from 'vitest';
import { createSmsClient } from '../client/sms-client.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { configurationError, fakeFactory } from './fake-factories.test.fixture.js';
import { smsOptionsFromConfig } from './sms-options-from-config.js';
import { smsOptionsFromEnv } from './sms-options-from-env.js';

const env = { ACME_KEY: 'swordfish' };
const account = (id: string) => ({ type: 'acme', id, appKey: { env: 'ACME_KEY' } });
const to = '+8613800138000';

/** Who sent each of some messages, when the client is made from this configuration and nothing else. */
async function sendersOf(config: object, messages: number, fails: readonly string[] = []) {
  const { factory, made } = fakeFactory();
  await using client = createSmsClient(smsOptionsFromConfig(config, { env, factories: { acme: factory } }));
  for (const provider of made.filter(({ id }) => fails.includes(id))) {
    provider.outcome = { outcome: 'refused', code: 'permission_denied', message: 'The account is closed.' };
  }
  const senders: string[] = [];
  for (let message = 0; message < messages; message += 1) {
    senders.push((await client.send({ to, text: 'Hello.' })).provider);
  }
  return { senders, health: client.health(), attempts: made.map(({ sent }) => sent.length), made };
}

describe('a client made from a configuration', () => {
  const providers = [account('a'), account('b')];

  it('sends, fails over, and closes its providers', async () => {
    const { senders, made } = await sendersOf({ providers }, 1, ['a']);
    expect(senders).toEqual(['b']);
    expect(made.map(({ sent, closed }) => ({ sent, closed }))).toEqual([
      { sent: [to], closed: true },
      { sent: [to], closed: true },
    ]);
  });

  it('asks in another order when the file has another', async () => {
    expect((await sendersOf({ providers }, 1)).senders).toEqual(['a']);
    expect((await sendersOf({ providers: providers.toReversed() }, 1)).senders).toEqual(['b']);
    expect((await sendersOf({ providers, routes: [{ providers: ['b', 'a'] }] }, 1)).senders).toEqual(['b']);
  });

  it('shares the messages out as the weights of the file say', async () => {
    const route = { providers: ['a', 'b'], strategy: 'weighted' };
    const withWeights = (weights: object) => sendersOf({ providers, routes: [{ ...route, weights }] }, 4);
    expect((await withWeights({ a: 3, b: 1 })).senders.toSorted()).toEqual(['a', 'a', 'a', 'b']);
    expect((await withWeights({ a: 0, b: 1 })).senders).toEqual(['b', 'b', 'b', 'b']);
  });

  it('opens a circuit when the breaker of the file says', async () => {
    const withBreaker = (minimumCalls: number) =>
      sendersOf({ providers, breaker: { minimumCalls, openMs: 60_000 } }, 3, ['a']);
    const sensitive = await withBreaker(1);
    expect(sensitive.health['a']?.circuit).toBe('open');
    expect(sensitive.attempts).toEqual([1, 3]);
    const patient = await withBreaker(100);
    expect(patient.health['a']?.circuit).toBe('closed');
    expect(patient.attempts).toEqual([3, 3]);
  });

  it('renders the templates of the file', async () => {
    const { factory, made } = fakeFactory();
    const templates = { shipped: { params: ['order'], text: 'Order {order}.' } };
    const config = { providers: [account('a')], templates };
    await using client = createSmsClient(smsOptionsFromConfig(config, { env, factories: { acme: factory } }));
    await client.send({ to, template: 'shipped', params: { order: '42' } });
    expect(made[0]?.sent).toEqual([to]);
  });

  it('verifies and guards as the file says', async () => {
    const { factory, made } = fakeFactory();
    const config = {
      providers: [account('a')],
      verification: {
        pepper: { env: 'PEPPER' },
        text: { en: 'Code {code}', zh: '验证码 {code}' },
        codeLength: 8,
        maxChecks: 1,
      },
      guard: { limits: { phone: [{ max: 2, windowMs: 60_000 }] }, destinations: { countries: ['CN'] } },
    };
    const options = { env: { ...env, PEPPER: 'p'.repeat(32) }, factories: { acme: factory } };
    await using client = createSmsClient(smsOptionsFromConfig(config, options));
    const { id } = await client.verifications.start({ to, locale: 'zh-CN' });
    const [, code = ''] = /^验证码 (\d{8})$/.exec(made[0]?.texts[0] ?? '') ?? [];
    expect(await client.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
    await client.verifications.start({ to });
    await expect(client.verifications.start({ to })).rejects.toMatchObject({ code: 'send_limit_exceeded' });
    await expect(client.verifications.start({ to: '+85291234567' })).rejects.toMatchObject({
      code: 'destination_not_allowed',
    });
  });

  it('has no guard when the file says so', async () => {
    const { factory, made } = fakeFactory();
    const config = { providers: [account('a')], guard: false };
    await using client = createSmsClient(smsOptionsFromConfig(config, { env, factories: { acme: factory } }));
    for (const _ of [1, 2]) await client.verifications.start({ to });
    expect(made[0]?.sent).toEqual([to, to]);
  });

  it.each([false, { limits: { phone: false } }])(
    'takes stores and a check of the app beside the guard %j',
    async (guard) => {
      const { factory, made } = fakeFactory();
      const config = { providers: [account('a')], guard, verification: { pepper: { env: 'PEPPER' } } };
      const options = smsOptionsFromConfig(config, {
        env: { ...env, PEPPER: 'p'.repeat(32) },
        factories: { acme: factory },
      });
      const verification = new MemoryVerificationStore();
      const screen = ({ screening }: { readonly screening: unknown }) => ({ allow: screening === 'human' });
      await using client = createSmsClient({
        ...options,
        stores: { verification },
        guard: options.guard !== false && { ...options.guard, screen },
      });
      const { id } = await client.verifications.start({ to, screening: 'human' });
      await using other = createSmsClient({ ...options, stores: { verification } });
      expect((await other.verifications.status(id)).state).toBe('pending');
      const robot = client.verifications.start({ to, screening: 'robot' });
      const settled = await robot.then(
        () => 'sent',
        (error) => error.code,
      );
      expect(settled).toBe(guard === false ? 'sent' : 'screening_denied');
      expect(made[0]?.sent).toHaveLength(guard === false ? 2 : 1);
    },
  );

  it('is refused by createSmsClient when the settings do not go together', () => {
    const { factory } = fakeFactory();
    const config = { providers, routes: [{ providers: ['c'] }] };
    const options = smsOptionsFromConfig(config, { env, factories: { acme: factory } });
    expect(configurationError(() => createSmsClient(options))).toBe(
      'createSmsClient(): routes.0.providers: there is no provider c; there are a, b.',
    );
  });
});

it('a client made from variables sends in their order', async () => {
  const { factory } = fakeFactory();
  const variables = { POLYSMS_ACME_APP_KEY: 'k', POLYSMS_ACME_BACKUP_APP_KEY: 'k' };
  for (const [list, first] of [
    ['acme,acme-backup', 'acme'],
    ['acme-backup,acme', 'acme-backup'],
  ] as const) {
    const options = smsOptionsFromEnv({ ...variables, POLYSMS_PROVIDERS: list }, { factories: { acme: factory } });
    await using client = createSmsClient(options);
    expect((await client.send({ to, text: 'Hello.' })).provider).toBe(first);
  }
});

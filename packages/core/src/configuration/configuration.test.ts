import { describe, expect, it } from 'vitest';
import { createSmsClient } from '../delivery/sms-client.js';
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

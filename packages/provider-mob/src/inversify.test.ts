import { smsClientToken, smsModule, smsProviderToken } from '@polysms/core/inversify';
import { Container, type ServiceIdentifier } from 'inversify';
import { describe, expect, it } from 'vitest';
import { mobModule, mobProviderToken } from './inversify.js';
import { startMobSimulator } from './simulator/index.js';

const to = '+8613800138000';
const simulated = { templates: { 2901: { text: 'Order {order}' } }, appKey: 'mob-key' };
const catalogue = (...ids: string[]) => ({
  order: { params: ['order'], providers: Object.fromEntries(ids.map((id) => [id, { template: '2901' }])) },
});
const request = { to, template: 'order', params: { order: '42' } };

describe('mobModule()', () => {
  it('sends through the client of the container', async () => {
    await using simulator = await startMobSimulator(simulated);
    const container = new Container();
    container.load(
      mobModule({ appKey: 'mob-key', baseUrl: simulator.url }),
      smsModule({ templates: catalogue('mob') }),
    );
    expect((await container.get(smsClientToken).send(request)).provider).toBe('mob');
    expect(simulator.messages).toMatchObject([{ to, text: 'Order 42' }]);
    await container.unbindAllAsync();
  });

  it('gets its key from another service, once', async () => {
    await using simulator = await startMobSimulator(simulated);
    const secrets = Symbol('secrets') as ServiceIdentifier<() => Promise<string>>;
    let reads = 0;
    const container = new Container();
    container.load(
      smsModule({ templates: catalogue('mob') }),
      mobModule(async (context) => ({ appKey: await context.get(secrets)(), baseUrl: simulator.url })),
    );
    container.bind(secrets).toConstantValue(async () => {
      reads += 1;
      return 'mob-key';
    });
    const sms = await container.getAsync(smsClientToken);
    expect((await sms.send(request)).provider).toBe('mob');
    expect(container.get(mobProviderToken)).toBe(container.get(smsProviderToken));
    expect(reads).toBe(1);
    await container.unbindAllAsync();
  });

  it('gives verifySdkCode under a token of its own', async () => {
    await using simulator = await startMobSimulator(simulated);
    const container = new Container();
    container.load(mobModule({ appKey: 'mob-key', baseUrl: simulator.url }));
    const { code = '' } = simulator.sendSdkCode(to);
    const outcome = await container.get(mobProviderToken).verifySdkCode({ phone: to, code });
    expect(outcome).toMatchObject({ outcome: 'approved' });
    await container.unbindAllAsync();
  });

  it('takes several accounts, one module each', async () => {
    await using simulator = await startMobSimulator(simulated);
    const container = new Container();
    container.load(
      mobModule({ id: 'mob-main', appKey: 'revoked', baseUrl: simulator.url }),
      mobModule({ id: 'mob-backup', appKey: 'mob-key', baseUrl: simulator.url }),
      smsModule({ templates: catalogue('mob-main', 'mob-backup') }),
    );
    const receipt = await container.get(smsClientToken).send(request);
    expect(receipt.attempts).toMatchObject([
      { provider: 'mob-main', code: 'authentication_failed' },
      { provider: 'mob-backup', outcome: 'accepted' },
    ]);
    expect(container.getAll(mobProviderToken).map(({ id }) => id)).toEqual(['mob-main', 'mob-backup']);
    await container.unbindAllAsync();
  });

  it('closes its sockets with the container', async () => {
    await using simulator = await startMobSimulator(simulated);
    const container = new Container();
    container.load(
      mobModule({ appKey: 'mob-key', baseUrl: simulator.url }),
      smsModule({ templates: catalogue('mob') }),
    );
    const provider = container.get(mobProviderToken);
    await container.get(smsClientToken).send(request);
    await container.unbindAllAsync();
    const outcome = await provider.verifySdkCode({ phone: to, code: '1234' });
    expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
    expect(simulator.requests).toHaveLength(1);
  });

  it.each([{ appKey: '' }, async () => ({ appKey: '' })])('refuses what mob() refuses', async (options) => {
    const container = new Container();
    container.load(mobModule(options), smsModule());
    await expect(container.getAsync(smsClientToken)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('mob(): appKey'),
    });
    await container.unbindAllAsync();
    expect(container.isBound(smsProviderToken)).toBe(false);
  });
});

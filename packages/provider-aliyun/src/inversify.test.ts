import { smsClientToken, smsModule, smsProviderToken } from '@polysms/core/inversify';
import { Container } from 'inversify';
import { expect, it } from 'vitest';
import { context, keys, startAliyun, to } from './aliyun.test.fixture.js';
import { aliyunModule } from './inversify.js';

const templates = { code: { params: ['code'], providers: { aliyun: { template: 'SMS_100000001' } } } };
const request = { to: '+8613800138000', template: 'code', params: { code: '123456' } };

it('aliyunModule() sends through the client of the container, with options that come later, and closes with it', async () => {
  const { baseUrl, simulator, clock } = await startAliyun();
  // The provider of an app signs with the machine's clock.
  clock.advance(Date.now() - clock.now());
  const container = new Container();
  container.load(
    aliyunModule(async () => ({ ...keys, baseUrl, signature: '示例签名' })),
    smsModule({ templates }),
  );
  const sms = await container.getAsync(smsClientToken);
  const provider = container.get(smsProviderToken);
  expect((await sms.send(request)).provider).toBe('aliyun');
  expect(simulator.messages).toMatchObject([{ to: request.to, code: '123456' }]);
  await container.unbindAllAsync();
  const outcome = await provider.lookup?.find({ id: 'message-1', to, sentFrom: 0, sentUntil: 0 }, context());
  expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
});

it('aliyunModule() refuses what aliyun() refuses', async () => {
  const container = new Container();
  container.load(aliyunModule({}), smsModule());
  await expect(container.getAsync(smsClientToken)).rejects.toMatchObject({ code: 'configuration_invalid' });
  await container.unbindAllAsync();
});

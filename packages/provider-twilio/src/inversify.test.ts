import { smsClientToken, smsModule, smsProviderToken } from '@polysms/core/inversify';
import { Container } from 'inversify';
import { expect, it } from 'vitest';
import { twilioModule } from './inversify.js';
import { accountSid, authToken, from, startTwilio } from './twilio.test.fixture.js';

it('twilioModule() sends through the client of the container, with options that come later', async () => {
  const { simulator, baseUrl } = await startTwilio();
  const container = new Container();
  container.load(
    smsModule(),
    twilioModule(async () => ({ accountSid, authToken, from, baseUrl })),
  );
  const sms = await container.getAsync(smsClientToken);
  expect((await sms.send({ to: '+15005550100', text: 'Your parcel is here.' })).provider).toBe('twilio');
  expect(simulator.messages).toMatchObject([{ to: '+15005550100', text: 'Your parcel is here.', from }]);
  await container.unbindAllAsync();
});

it('twilioModule() refuses what twilio() refuses', async () => {
  const container = new Container();
  container.load(smsModule(), twilioModule({ accountSid, from }));
  await expect(container.getAsync(smsProviderToken)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining('twilio(): authToken'),
  });
  await container.unbindAllAsync();
});

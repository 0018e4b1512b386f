import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSmsClient, toNodeHandler } from '@polysms/core';
import { deadlineAfter } from '@polysms/core/provider-kit';
import { startSimulator } from '@polysms/simulator';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { twilioDialect } from './simulator/index.js';
import { twilio } from './twilio.js';
import { accountSid, authToken, from, serviceSid, startTwilio, to } from './twilio.test.fixture.js';

/** An app whose webhook Twilio can call, and its client. */
async function startApp(sender: { from?: string; messagingServiceSid?: string } = { from }) {
  const account = await startTwilio();
  const { baseUrl, simulator } = account;
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`;
  const sms = createSmsClient({
    providers: [twilio({ accountSid, authToken, baseUrl, ...sender })],
    webhooks: { publicUrl },
    optOut: { pepper: 'a-secret-of-this-test-of-32-characters' },
    messages: { sweepEveryMs: false },
  });
  const handle = toNodeHandler(sms.webhooks);
  simulator.configureReports({ reportsTo: publicUrl });
  onTestFinished(async () => {
    await sms.close();
    server.closeAllConnections();
    server.close();
  });
  return { ...account, sms };
}

const deadline = () => deadlineAfter(10_000);

/** Lets time pass until the app has heard that a message has come to this state. */
async function untilReported({ clock, sms }: Awaited<ReturnType<typeof startApp>>, awaited: string) {
  const heard = new Promise<object>((resolve) => {
    sms.on('report', (report) => {
      if (report.state === awaited) resolve(report);
    });
  });
  clock.advance(5_000);
  return heard;
}

describe('a client', () => {
  it('learns from signed reports what became of a message', async () => {
    const app = await startApp();
    const { id } = await app.sms.send({ to: to.e164, text: 'Your parcel is here.' });
    expect(await untilReported(app, 'delivered')).toMatchObject({ id, provider: 'twilio' });
    expect(await app.sms.messages.get(id)).toMatchObject({ state: 'delivered' });
  });

  it('resolves a message whose answer was lost by the report, whose URL holds its id', async () => {
    const app = await startApp();
    app.simulator.fail({ kind: 'drop', when: 'after-processing' });
    const resolved: unknown[] = [];
    app.sms.on('resolved', (each) => resolved.push(each));
    await expect(app.sms.send({ to: to.e164, text: 'Hi' })).rejects.toMatchObject({ outcome: 'unknown' });
    expect(await untilReported(app, 'delivered')).toMatchObject({ provider: 'twilio' });
    expect(resolved).toMatchObject([{ outcome: 'accepted', by: 'report', provider: 'twilio' }]);
  });

  it('resolves a message whose answer was lost by a look-up, with nothing but the options that it must have', async () => {
    const simulator = await startSimulator({ dialects: [twilioDialect({ accountSid, authToken })] });
    const account = twilio({ accountSid, authToken, from, baseUrl: simulator.urlOf('twilio') });
    const sms = createSmsClient({ providers: [account], messages: { sweepEveryMs: false } });
    onTestFinished(async () => {
      await sms.close();
      await simulator.close();
    });
    simulator.fail({ kind: 'drop', when: 'after-processing' });
    const resolved: unknown[] = [];
    sms.on('resolved', (each) => resolved.push(each));
    await expect(sms.send({ to: to.e164, text: 'Order 42 is here.' })).rejects.toMatchObject({ outcome: 'unknown' });
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.setSystemTime(Date.now() + 60_000);
    expect(await sms.messages.sweep()).toEqual({ messages: 1, lookups: 1 });
    expect(resolved).toMatchObject([{ outcome: 'accepted', by: 'lookup', provider: 'twilio' }]);
    expect(simulator.messages).toHaveLength(1);
  });

  it('hears STOP, and Twilio refuses what is sent all the same', async () => {
    const app = await startApp();
    await app.sms.send({ to: to.e164, text: 'Offers today' });
    const heard: unknown[] = [];
    app.sms.on('inbound', (inbound) => heard.push(inbound.optOut));
    await app.simulator.reply(to.e164, 'stop');
    expect(heard).toEqual(['stop']);
    await expect(app.sms.send({ to: to.e164, text: 'More offers' })).rejects.toMatchObject({
      code: 'recipient_blocked',
    });
    expect(app.simulator.messages).toHaveLength(1);
    const bare = await app.provider.send(
      { kind: 'text', id: 'id-2', to, text: 'More offers' },
      { deadline: deadline() },
    );
    expect(bare).toMatchObject({ outcome: 'refused', code: 'recipient_blocked', providerCode: '21610' });
    await app.simulator.reply(to.e164, 'START');
    expect((await app.sms.send({ to: to.e164, text: 'Welcome back' })).provider).toBe('twilio');
  });

  it('with a service is told of a refusal after the 201, with its reason', async () => {
    const app = await startApp({ messagingServiceSid: serviceSid });
    await app.sms.send({ to: to.e164, text: 'Offers today' });
    await app.simulator.reply(to.e164, 'STOP');
    const bare = { kind: 'text', id: '0199aaaa-0000-7000-8000-000000000001', to, text: 'More' } as const;
    const refusing = twilio({ accountSid, authToken, messagingServiceSid: serviceSid, baseUrl: app.baseUrl });
    expect(await refusing.send(bare, { deadline: deadline() })).toMatchObject({ outcome: 'accepted' });
    await refusing.close();
    app.clock.advance(5_000);
    expect(app.twilio.messages.at(-1)).toMatchObject({ status: 'failed', errorCode: 21_610 });
  });
});

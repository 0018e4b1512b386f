import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSmsClient, type SmsClient, toNodeHandler } from '@polysms/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAliyun, to } from '../aliyun.test.fixture.js';
import type { AliyunSimulatorSettings } from './settings.js';

const secret = 'a-secret-of-the-account';
const templates = { code: { params: ['code'], providers: { aliyun: { template: 'SMS_100000001' } } } };
const request = { to: to.e164, template: 'code', params: { code: '123456' } };

/** An app whose client hears the pushes of the dialect. */
async function startApp(settings: AliyunSimulatorSettings = {}, token = secret) {
  const bench = await startAliyun(settings);
  const sms = createSmsClient({ providers: [bench.account({ webhooks: { secret } })], templates });
  onTestFinished(() => sms.close());
  const handle = toNodeHandler(sms.webhooks);
  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const reportsTo = { aliyun: `http://127.0.0.1:${port}/sms/aliyun?token=${token}` };
  bench.simulator.configureReports({ reportsTo });
  return { ...bench, sms };
}

function next<Name extends 'report' | 'inbound'>(sms: SmsClient, name: Name) {
  return new Promise((resolve) => sms.on(name, resolve as never));
}

describe('the pushes of the dialect', () => {
  it('tell the client what became of a message', async () => {
    const { sms, clock } = await startApp();
    const report = next(sms, 'report');
    const { id } = await sms.send(request);
    clock.advance(500);
    expect(await report).toMatchObject({ id, state: 'delivered' });
    expect(await sms.messages.get(id)).toMatchObject({ state: 'delivered' });
  });

  it('tell of a refusal after an OK', async () => {
    const { sms, clock } = await startApp({ receipts: { [to.e164]: 'PORT_NOT_REGISTERED' } });
    const report = next(sms, 'report');
    const { id } = await sms.send(request);
    clock.advance(500);
    expect(await report).toMatchObject({ id, state: 'rejected', reason: 'unregistered_sender' });
  });

  it('settle what was unknown', async () => {
    const { sms, clock, simulator } = await startApp();
    simulator.fail({ kind: 'drop', when: 'after-processing' });
    const report = next(sms, 'report');
    await expect(sms.send(request)).rejects.toMatchObject({ outcome: 'unknown' });
    clock.advance(500);
    expect(await report).toMatchObject({ state: 'delivered' });
  });

  it('hand on what a person writes back', async () => {
    const { sms, simulator } = await startApp();
    const inbound = next(sms, 'inbound');
    await sms.send(request);
    expect(await simulator.reply(to.e164, 'R')).toMatchObject({ status: 'taken' });
    expect(await inbound).toMatchObject({ text: 'R', to: '10690123', optOut: 'stop' });
  });

  it('come again after 1, 5 and 10 minutes, and then never', async () => {
    const { sms, simulator, clock } = await startApp({}, 'a-wrong-secret-in-the-URL');
    await sms.send(request);
    const told = async (attempts: number) => {
      while ((simulator.reports[0]?.attempts.length ?? 0) < attempts) await new Promise(setImmediate);
      return simulator.reports[0]?.status;
    };
    const seen = [];
    for (const [index, wait] of [500, 60_000, 300_000, 600_000].entries()) {
      clock.advance(wait);
      seen.push(await told(index + 1));
    }
    expect(seen).toEqual(['scheduled', 'scheduled', 'scheduled', 'refused']);
    expect(simulator.reports[0]?.attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });
});

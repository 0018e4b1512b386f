import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSmsClient,
  isSmsError,
  type SendRequest,
  type SmsClient,
  type SmsEvents,
  toNodeHandler,
} from '@polysms/core';
import { aliyun } from '@polysms/provider-aliyun';
import { twilio } from '@polysms/provider-twilio';
import { type BoxProcess, startBoxProcess } from './box-process.js';

const appKey = 'demo-app-key';
const account = { accountSid: `AC${'1'.padStart(32, '0')}`, authToken: 'simulated-auth-token', from: '+15005550006' };
const keys = { accessKeyId: 'testAccessKeyId', accessKeySecret: 'testAccessKeySecret', signature: '示例签名' };
const contentSid = `HX${'1'.padStart(32, '0')}`;
const inChina = '+8613800138000';
const inAmerica = '+15005550100';

/** Twilio and then Aliyun: a failover, a signed report, an unknown that is resolved, and a STOP that is heard. */
export async function vendorsRun(write: (line: string) => void): Promise<boolean> {
  await using first = await startBoxProcess(appKey);
  await using backup = await startBoxProcess(appKey);
  await using webhook = await listen();
  await using sms = clientOver(first, backup, webhook.publicUrl);
  webhook.serve(sms);
  write('Twilio, and Aliyun for when it fails. Twilio reports to a webhook of this process, and signs what it says.');
  write('');

  await first.stop();
  const order = { template: 'shipped', params: { order: '42', carrier: 'SF' } };
  const failedOver = await attemptsOf(sms, { to: inChina, ...order });
  write(row('Twilio is down', failedOver));
  const [received] = await backup.messages();
  write(row('the phone receives', `${received?.vendor}: ${received?.text}`));

  await using twilioBox = await startBoxProcess(appKey, `twilio=${new URL(first.urlOf('twilio')).port}`);
  await twilioBox.call('/reports/settings', { reportsTo: webhook.publicUrl });
  const told: SmsEvents['report'][] = [];
  sms.on('report', (each) => told.push(each));
  const delivered = next(sms, 'report', ({ state }) => state === 'delivered');
  const taken = await attemptsOf(sms, { to: inAmerica, text: 'Your parcel is here.' });
  write(row('Twilio is back', taken));
  const report = await delivered;
  write(row('a signed report', `${report.provider} ${report.state}`));

  const [{ reference = '' } = {}] = (await twilioBox.messages()).slice(-1);
  const forged = await forgedReport(webhook.publicUrl, reference);
  write(row('a forged report', `refused with HTTP ${forged}`));

  await twilioBox.call('/faults', { vendor: 'twilio', fault: { kind: 'drop', when: 'after-processing' } });
  const resolution = next(sms, 'resolved', () => true);
  const lost = await attemptsOf(sms, { to: inAmerica, text: 'Your second parcel is here.' });
  write(row('its answer is lost', lost));
  const resolved = await resolution;
  write(row('resolved', `${resolved.provider} ${resolved.outcome}, by ${resolved.by}`));

  const heard = next(sms, 'inbound', () => true);
  await twilioBox.call(`/phones/${inAmerica}/replies`, { text: 'STOP' });
  const inbound = await heard;
  write(row('the phone answers STOP', `${inbound.provider} heard ${inbound.optOut}`));
  const stopped = await attemptsOf(sms, { to: inAmerica, text: 'Our offers.' });
  write(row('one more text', stopped));

  const texts = (await twilioBox.messages()).map(({ text }) => text);
  return (
    failedOver === 'twilio not-sent network_error, aliyun accepted' &&
    received?.vendor === 'aliyun' &&
    taken === 'twilio accepted' &&
    forged === 403 &&
    told.every(({ reported }) => reported !== 'undelivered') &&
    lost === 'twilio unknown network_error' &&
    resolved.outcome === 'accepted' &&
    inbound.optOut === 'stop' &&
    stopped === 'not-sent recipient_blocked' &&
    texts.join() === 'Your parcel is here.,Your second parcel is here.'
  );
}

function clientOver(first: BoxProcess, backup: BoxProcess, publicUrl: string): SmsClient {
  const templates = { twilio: { template: contentSid }, aliyun: { template: 'SMS_100000002' } };
  return createSmsClient({
    providers: [
      twilio({ ...account, baseUrl: first.urlOf('twilio') }),
      aliyun({ ...keys, baseUrl: backup.urlOf('aliyun') }),
    ],
    templates: { shipped: { params: ['order', 'carrier'], providers: templates } },
    webhooks: { publicUrl },
  });
}

/** What each provider said, or why none was asked. */
async function attemptsOf(sms: SmsClient, request: SendRequest): Promise<string> {
  const said = ({ provider, outcome, code }: { provider?: string; outcome: string; code?: string | undefined }) =>
    [provider, outcome, code].filter(Boolean).join(' ');
  try {
    return (await sms.send(request)).attempts.map(said).join(', ');
  } catch (error) {
    if (!isSmsError(error)) throw error;
    return error.attempts.length === 0
      ? said({ outcome: error.outcome, code: error.code })
      : error.attempts.map(said).join(', ');
  }
}

/** Says of a message that it never arrived, without the auth token. @returns the HTTP status of the answer */
async function forgedReport(publicUrl: string, MessageSid: string): Promise<number> {
  const headers = { 'x-twilio-signature': Buffer.alloc(20).toString('base64') };
  const body = new URLSearchParams({ MessageSid, MessageStatus: 'undelivered', ErrorCode: '30003', To: inAmerica });
  const { status } = await fetch(`${publicUrl}/twilio`, { method: 'POST', headers, body });
  return status;
}

/** The next event of this name that is meant. */
function next<Name extends 'report' | 'resolved' | 'inbound'>(
  sms: SmsClient,
  name: Name,
  isMeant: (event: SmsEvents[Name]) => boolean,
): Promise<SmsEvents[Name]> {
  return new Promise((resolve) => {
    const listening = sms.on(name, (event) => {
      if (!isMeant(event)) return;
      listening[Symbol.dispose]();
      resolve(event);
    });
  });
}

/** A web server of this process that vendors can call. */
async function listen() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    publicUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`,
    serve: (sms: SmsClient) => {
      const handle = toNodeHandler(sms.webhooks);
      server.on('request', (request, response) => void handle(request, response));
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function row(step: string, result: string): string {
  return `${step.padEnd(28)}${result}`;
}

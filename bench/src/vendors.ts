// Twilio and Aliyun beside their official SDKs: the same messages to the same server, in turns in one run.
// `node bench/dist/vendors.js [sends] [rounds]`
//
// The server speaks plain HTTP, which is to the advantage of Twilio's library: over TLS it opens at most 20 connections,
// and here as many as it wants. Both SDKs keep their connections, as we do.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import dysmsapi from '@alicloud/dysmsapi20170525';
import openApi from '@alicloud/openapi-core';
import { createSmsClient, parsePhoneNumber } from '@polysms/core';
import { deadlineAfter, type PhoneNumber, type SendOutcome } from '@polysms/core/provider-kit';
import { aliyun } from '@polysms/provider-aliyun';
import { twilio } from '@polysms/provider-twilio';
import library from 'twilio';
import { inTurns } from './in-turns.js';

const count = Number(process.argv[2] ?? 4_000);
const rounds = Number(process.argv[3] ?? 20);
const connections = 50;
/** Ours of every message: the client makes its own. */
const id = '01940b8e-7c00-7abc-8def-0123456789ab';

const server = fork(fileURLToPath(new URL('./vendors-server.js', import.meta.url)));
const [port] = (await once(server, 'message')) as [number];
const baseUrl = `http://127.0.0.1:${port}`;
const context = () => ({ deadline: deadlineAfter(10_000) });

/** A way that does not get what it pays for is not measured. */
function mustBeTaken(isTaken: boolean): void {
  if (!isTaken) throw new Error('A message was not taken.');
}
const mustHaveReference = (outcome: SendOutcome) =>
  mustBeTaken(outcome.outcome === 'accepted' && outcome.reference !== undefined);

function phonesFrom(firstDigits: string): readonly PhoneNumber[] {
  return Array.from({ length: 1_000 }, (_, index) =>
    parsePhoneNumber(`${firstDigits}${String(index).padStart(4, '0')}`),
  );
}

async function measureTwilio(): Promise<void> {
  const account = { accountSid: `AC${'1'.padStart(32, '0')}`, authToken: 'made-up-auth-token' };
  const from = '+15005550006';
  const text = 'Your code is 1234';

  // The library knows no other way to another host than its own request client.
  const httpClient = new library.RequestClient();
  const request = httpClient.request.bind(httpClient);
  httpClient.request = (options) =>
    request({ ...options, uri: options.uri.replace('https://api.twilio.com', baseUrl) });
  const theirs = library(account.accountSid, account.authToken, { httpClient });
  const ours = twilio({ ...account, from, baseUrl, connections });
  const client = createSmsClient({ providers: [twilio({ ...account, from, baseUrl, connections })] });

  await inTurns<PhoneNumber>({
    what: 'A text over Twilio',
    ...{ count, rounds },
    prepare: () => phonesFrom('+1415555'),
    ways: {
      'their library': async (to) =>
        mustBeTaken((await theirs.messages.create({ to: to.e164, from, body: text })).sid.startsWith('SM')),
      'twilio()': async (to) => mustHaveReference(await ours.send({ kind: 'text', id, to, text }, context())),
      'a client with twilio()': (to) => client.send({ to: to.e164, text }),
    },
  });
  await Promise.all([ours.close(), client.close()]);
}

async function measureAliyun(): Promise<void> {
  const keys = { accessKeyId: 'testAccessKeyId', accessKeySecret: 'testAccessKeySecret' };
  const signature = '示例签名';
  const template = 'SMS_100000001';
  const code = '123456';

  const endpoint = new URL(baseUrl).host;
  const theirs = new dysmsapi.default(new openApi.$OpenApiUtil.Config({ ...keys, endpoint, protocol: 'HTTP' }));
  const options = { ...keys, signature, baseUrl, connections };
  const ours = aliyun(options);
  const client = createSmsClient({
    providers: [aliyun(options)],
    templates: { code: { params: ['code'], providers: { aliyun: { template } } } },
  });

  await inTurns<PhoneNumber>({
    what: 'A template over Aliyun',
    ...{ count, rounds },
    prepare: () => phonesFrom('+861380013'),
    ways: {
      'their SDK': async ({ nationalNumber }) => {
        const templateParam = JSON.stringify({ code });
        const named = { phoneNumbers: nationalNumber, signName: signature, templateCode: template };
        const { body } = await theirs.sendSms(new dysmsapi.SendSmsRequest({ ...named, templateParam, outId: id }));
        mustBeTaken(body?.code === 'OK' && body.bizId !== undefined);
      },
      'aliyun()': async (to) => {
        const params = [{ name: 'code', value: code }];
        mustHaveReference(await ours.send({ kind: 'template', id, to, template, params }, context()));
      },
      'a client with aliyun()': (to) => client.send({ to: to.e164, template: 'code', params: { code } }),
    },
  });
  await Promise.all([ours.close(), client.close()]);
}

await measureTwilio();
await measureAliyun();
server.disconnect();

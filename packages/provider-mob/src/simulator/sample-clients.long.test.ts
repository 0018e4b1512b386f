import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, skipWithout } from './run-sample.test.helper.js';
import {
  checkingJava,
  checkingPython,
  compileJava,
  csharp,
  curl,
  java,
  php,
  python,
  type SampleClient,
  type SampleInput,
} from './sample-clients.test.helper.js';
import type { MobSimulatorSettings } from './settings.js';
import { simulate } from './simulator.test.helper.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const input: SampleInput = { appkey: 'k', phone: '13800138000', zone: '86' };

/** Every status of sendmsg on Mob's page, and what it takes. The long suite asks each client for all of them. */
const everyStatus: [number, Partial<SampleInput>, MobSimulatorSettings][] = [
  [200, {}, {}],
  [471, {}, { allowedIps: ['192.168.10.1'] }],
  [478, {}, { limits: { perTwelveHours: 0 } }],
  [405, { appkey: '' }, {}],
  [406, {}, { appKey: 'other' }],
  [456, { phone: '' }, {}],
  [457, { phone: '1380013800' }, {}],
  [458, {}, { blockedPhones: ['+8613800138000'] }],
  [463, {}, { limits: { perDay: 0 } }],
  [469, {}, { webApiEnabled: false }],
  [470, {}, { balance: 0 }],
  [477, {}, { limits: { perDayOnPlatform: 0 } }],
];
const statuses = isLong ? everyStatus : everyStatus.slice(0, 2);

function answersOver(client: SampleClient) {
  test.each(statuses)('it is answered %d over TLS', async (status, changes, settings) => {
    const simulator = await simulate({ tls: true, ...settings });
    const answer: unknown = JSON.parse(await client(simulator, { ...input, ...changes }));
    expect(answer).toMatchObject({ status });
    const arrived = status === 200 ? [{ to: '+8613800138000', code: expect.stringMatching(/^\d{4}$/u) }] : [];
    expect(simulator.messages).toMatchObject(arrived);
    expect(simulator.requests).toMatchObject([{ endpoint: '/sms/sendmsg', method: 'POST', status }]);
  });
}

/** A client that checks certificates: it trusts the one that it is given, and no other. */
function checksCertificates(trusting: (trusted: string | undefined) => SampleClient | Promise<SampleClient>) {
  test('it reaches a simulator whose certificate it trusts, and no other', async () => {
    const trusted = await simulate({ tls: true });
    const other = await simulate({ tls: true });
    const client = await trusting(trusted.certificate);
    expect(JSON.parse(await client(trusted, input))).toEqual({ status: 200 });
    await expect(client(other, input)).rejects.toThrow(/certificate|PKIX/iu);
    expect([trusted.requests.length, other.requests.length]).toEqual([1, 0]);
  });
}

describe.skipIf(await skipWithout('curl'))('the curl line of Mob’s page', () => {
  answersOver(curl);

  checksCertificates((trusted) => (simulator, given) => curl({ ...simulator, certificate: trusted }, given));

  test('shows that a host with a port and a path without a slash, as the PHP sample joins them, are no URL', async () => {
    const simulator = await simulate({ tls: true });
    const { exitStatus } = await run('curl', ['--silent', '--insecure', `${simulator.url}sms/sendmsg`]);
    expect(exitStatus).toBe(3);
    expect(simulator.requests).toEqual([]);
  });
});

const requests = { name: 'the package requests', probe: ['-c', 'import requests'] };
describe.skipIf(await skipWithout('python3', requests))('the Python sample of Mob’s page', () => {
  answersOver(python);

  describe('with its check of certificates left on', () => checksCertificates(checkingPython));
});

describe.skipIf(await skipWithout('javac'))('the Java sample of Mob’s page', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polysms-java-'));
    await compileJava(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  answersOver((...given) => java(folder)(...given));

  // Four starts of a JVM.
  if (isLong)
    describe('without its trust manager', () => checksCertificates((trusted) => checkingJava(folder, trusted)));
});

describe('the bytes of the PHP sample of Mob’s page', () => {
  answersOver(php);
});

describe('the bytes of the C# sample of Mob’s page', () => {
  answersOver(csharp);
});

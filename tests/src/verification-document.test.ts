import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSmsClient, type SmsClient } from '@polysms/core';
import { mock } from '@polysms/provider-mock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from './document-blocks.js';
import { root } from './repository.js';

type Answer = Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
interface Session {
  userPhone?: string;
}
interface Example {
  askForCode(sms: SmsClient, session: Session, to: string, ip: string): Answer;
  useCode(sms: SmsClient, session: Session, code: string): Answer;
}

/** Inside the workspace, so that its imports find the packages. */
const folder = join(root, 'tests/.generated-verification');
const to = '+8613800138000';
let example: Example;
const clients: SmsClient[] = [];

beforeAll(async () => {
  const [block, ...others] = blocksOf('docs/verification.md').filter(({ text }) =>
    text.includes('function askForCode'),
  );
  expect([block?.language, others]).toEqual(['ts', []]);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'login.ts');
  writeFileSync(file, block?.text ?? '');
  example = await import(/* @vite-ignore */ file);
});
afterEach(async () => {
  for (const sms of clients.splice(0)) await sms.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An app that has the example, without a minute between two codes. */
function app(verifies: 'itself' | 'by its provider') {
  const provider = mock({ verification: verifies === 'by its provider' });
  const sms = createSmsClient({ providers: [provider], guard: false });
  clients.push(sms);
  const session: Session = {};
  const ask = async (phone = to) => {
    const before = provider.outbox.length;
    expect(await example.askForCode(sms, session, phone, '203.0.113.9')).toMatchObject({ status: 202 });
    const message = provider.outbox[before];
    if (message?.kind === 'verification') return message.code;
    return message?.kind === 'text' ? (/\d{6}/.exec(message.text)?.[0] ?? '') : '';
  };
  return { provider, session, ask, type: (code: string) => example.useCode(sms, session, code) };
}

it('the login of docs/verification.md takes the first code after a second was asked for, as the page says', async () => {
  const { session, ask, type } = app('itself');
  const first = await ask();
  await ask();
  expect(await type(first)).toEqual({ status: 200, body: { next: 'welcome' } });
  expect(session.userPhone).toBe(to);
});

describe.each(['itself', 'by its provider'] as const)(
  'the login of docs/verification.md, an app that verifies %s',
  (verifies) => {
    it('takes the second code as well, and then neither', async () => {
      const { ask, type } = app(verifies);
      const first = await ask();
      const second = await ask();
      expect(await type(second)).toMatchObject({ status: 200 });
      for (const code of [first, second]) {
        expect(await type(code)).toEqual({ status: 409, body: { next: 'ask for a code' } });
      }
    });

    it('says how often a wrong code may be tried, and then to ask for a new one', async () => {
      const { ask, type } = app(verifies);
      expect(await type('000000')).toMatchObject({ status: 409 });
      const code = await ask();
      const wrong = code === '111111' ? '222222' : '111111';
      const answers = [];
      for (let times = 0; times < 6; times += 1) answers.push((await type(wrong)).body['next']);
      expect(answers[0]).toBe('try again');
      expect(answers.at(-1)).toBe('ask for a new code');
      expect(await type(code)).toMatchObject({ status: 422 });
      expect(await type(await ask())).toMatchObject({ status: 200 });
    });
  },
);

describe('the login of docs/verification.md answers an error as its tables say', () => {
  it.each([
    ['recipient_blocked', 422],
    ['unsupported_destination', 422],
    ['rate_limited', 503],
  ] as const)('of a start: %s', async (code, status) => {
    const provider = mock();
    const sms = createSmsClient({ providers: [provider], guard: false });
    clients.push(sms);
    provider.fail({ outcome: 'refused', code });
    expect(await example.askForCode(sms, {}, to, '203.0.113.9')).toMatchObject({ status });
  });

  it('of a check whose answer was lost: once more, and then a new code', async () => {
    const { provider, ask, type } = app('by its provider');
    const code = await ask();
    provider.fail({ outcome: 'unknown', code: 'timeout' }, { operation: 'check' });
    expect(await type(code)).toEqual({ status: 503, body: { next: 'try once more, then ask for a new code' } });
    expect(await type(code)).toMatchObject({ status: 200 });
  });
});

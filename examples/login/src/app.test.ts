import { createSmsClient } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { mobDialect } from '@polysms/provider-mob/simulator';
import { startSimulator } from '@polysms/simulator';
import { connectBox } from '@polysms/simulator/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from './app.js';

const phone = '+447700900000';

it('lets in whoever types the code that came to the phone', async () => {
  const simulator = await startSimulator({ dialects: [mobDialect()] });
  const sms = createSmsClient({ providers: [mob({ appKey: 'any', baseUrl: simulator.urlOf('mob') })] });
  onTestFinished(async () => {
    await sms.close();
    await simulator.close();
  });
  const app = createApp(sms);
  const post = async (path: string, fields: Record<string, string>) => {
    const answer = await app.request(path, { method: 'POST', body: new URLSearchParams(fields) });
    return answer.text();
  };

  const form = await post('/code', { phone });
  const id = /name="id" type="hidden" value="([^"]+)"/.exec(form)?.[1] ?? '';
  const code = await connectBox(simulator.url).phone(phone).code();
  expect(await post('/login', { id, code: 'wrong' })).toContain('This is not the code.');
  expect(await post('/login', { id, code })).toContain(`Welcome, ${phone}`);
});

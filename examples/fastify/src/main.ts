import { createSmsClient } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { createApp } from './app.js';

const { MOB_APP_KEY: appKey = '', MOB_BASE_URL: baseUrl, PORT: port = '8080' } = process.env;

const sms = createSmsClient({
  providers: [mob({ appKey, baseUrl })],
  templates: { 'order-shipped': { params: ['order'], providers: { mob: { template: '2901' } } } },
  guard: { destinations: { countries: ['CN'] } },
});
const app = createApp(sms);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close());
await app.listen({ port: Number(port) });

import { serve } from '@hono/node-server';
import { createSmsClient } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { createApp } from './app.js';

const { MOB_APP_KEY: appKey = '', MOB_BASE_URL: baseUrl, PORT: port = '8080' } = process.env;

const sms = createSmsClient({ providers: [mob({ appKey, baseUrl })] });
const server = serve({ fetch: createApp(sms).fetch, hostname: '127.0.0.1', port: Number(port) });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void sms.close());
    // Whoever is connected and asks nothing would hold the server open. A code takes no longer than this.
    setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 15_000).unref();
  });
}

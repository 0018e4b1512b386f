import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SmsClient, toNodeHandler } from '@polysms/core';
import { type ChinaAccounts, createChinaSms } from './sms.js';

/** The client, and a web server that vendors report to. */
export interface ChinaApp extends AsyncDisposable {
  readonly sms: SmsClient;
}

/**
 * Starts the app on a free port of this machine.
 *
 * @param accountsAt gives the accounts, once it is known where vendors call the app
 */
export async function startChinaApp(accountsAt: (publicUrl: string) => ChinaAccounts): Promise<ChinaApp> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sms = createChinaSms(accountsAt(`http://127.0.0.1:${port}/sms`));
  const handle = toNodeHandler(sms.webhooks);
  server.on('request', (request, response) => void handle(request, response));
  return {
    sms,
    [Symbol.asyncDispose]: async () => {
      await sms.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

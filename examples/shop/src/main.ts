import { inspect } from 'node:util';
import { mobModule } from '@polysms/provider-mob/inversify';
import { createShopContainer, ordersToken } from './shop-container.js';
import { startShop } from './shop-server.js';

const { MOB_APP_KEY: appKey = '', MOB_BASE_URL: baseUrl, PORT: port = '8080' } = process.env;

const container = createShopContainer(mobModule({ appKey, baseUrl }));
container.get(ordersToken).add('42', '+8613800138000');
const shop = await startShop({
  container,
  port: Number(port),
  // What an SmsError shows holds no key, text or whole phone number.
  log: (error) => process.stderr.write(`${inspect(error)}\n`),
});
process.stdout.write(`The shop is open at ${shop.url}.\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void shop.close());
}

import { type SmsModuleOptions, smsClientToken, smsModule } from '@polysms/core/inversify';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { Orders } from './orders.js';
import { ShippingDesk } from './shipping.js';

export const ordersToken = Symbol.for('shop.Orders') as ServiceIdentifier<Orders>;
export const shippingDeskToken = Symbol.for('shop.ShippingDesk') as ServiceIdentifier<ShippingDesk>;

/** What every message of the shop is called at each provider. */
const sms: SmsModuleOptions = {
  deadlineMs: 8_000,
  templates: {
    'order-shipped': {
      params: ['order', 'tracking'],
      providers: { mob: { template: '2901' } },
    },
  },
};

const shopModule = new ContainerModule(({ bind }) => {
  bind(ordersToken)
    .toResolvedValue(() => new Orders())
    .inSingletonScope();
  bind(shippingDeskToken)
    .toResolvedValue((orders, client) => new ShippingDesk(orders, client), [ordersToken, smsClientToken])
    .inSingletonScope();
});

/** The shop, with the providers of these modules: Mob's in production, a mock in tests. */
export function createShopContainer(...providers: readonly ContainerModule[]): Container {
  const container = new Container();
  container.load(shopModule, smsModule(sms), ...providers);
  return container;
}

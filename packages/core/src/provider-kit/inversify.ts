/** What the author of a provider needs for a container module. Loads inversify, and not the client. */

import { ContainerModule, type ResolutionContext, type ServiceIdentifier } from 'inversify';
import type { SmsProvider } from '../contract/sms-provider.js';
import { ContainerSlot, closeWithContainer, type ModuleOptions, makeFrom } from './container.js';

export type { ModuleOptions } from './container.js';

/** Every provider of a container is bound to this token, in the order of loading. */
export const smsProviderToken = Symbol.for('polysms.SmsProvider') as ServiceIdentifier<SmsProvider>;

/**
 * A module with one provider of any vendor: `providerModule(acme, { token })`. The provider is made when somebody first
 * asks for it, once for each container that the module is loaded into, and closed with the container. When making it
 * fails, the next request tries again.
 *
 * @param make makes the provider from its options: `acme`
 * @param token a token for the provider's own type, where it can do more than every provider
 */
export function providerModule<Options extends object, Provider extends SmsProvider>(
  make: (options: Options) => Provider,
  options: ModuleOptions<Options>,
  token?: ServiceIdentifier<Provider>,
): ContainerModule {
  return new ContainerModule(({ bind }) => {
    const slot = new ContainerSlot<Provider>();
    const slotToken = Symbol('provider') as ServiceIdentifier<ContainerSlot<Provider>>;
    const provide = (context: ResolutionContext) => {
      // inversify deactivates only what was resolved.
      context.get(slotToken);
      return slot.get(() => makeFrom(options, context, make));
    };
    bind(slotToken)
      .toConstantValue(slot)
      .onDeactivation(() => slot.close(closeWithContainer));
    bind(smsProviderToken).toDynamicValue(provide).inTransientScope();
    if (token !== undefined) bind(token).toDynamicValue(provide).inTransientScope();
  });
}

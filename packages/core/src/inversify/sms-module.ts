import { ContainerModule, type ResolutionContext, type ServiceIdentifier } from 'inversify';
import * as v from 'valibot';
import { createSmsClient, type SmsClient } from '../client/sms-client.js';
import type { SmsClientOptions } from '../client/sms-client-options.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { listOfNames, shownName } from '../errors/shown-name.js';
import { isThenable } from '../listeners/listeners.js';
import {
  ContainerSlot,
  closeWithContainer,
  keepOpenUntil,
  type ModuleOptions,
  makeFrom,
} from '../provider-kit/container.js';
import { smsProviderToken } from '../provider-kit/inversify.js';
import { configurationInvalid, parseOptions } from '../provider-kit/options.js';

/** The client of a container is bound to this token. */
export const smsClientToken = Symbol.for('polysms.SmsClient') as ServiceIdentifier<SmsClient>;

/** What {@link smsModule} takes: what `createSmsClient` takes, without the providers. Their modules bring them. */
export interface SmsModuleOptions extends Omit<SmsClientOptions, 'providers'> {
  /** Ids of providers, the first choice first; the others follow. Default: the order of loading. */
  readonly order?: readonly string[] | undefined;
}

/**
 * A module with the client over every provider of the container. It makes what `createSmsClient` makes, when
 * somebody first asks for it, and refuses what that refuses. `unbindAllAsync()` closes it, then the providers.
 *
 * The container owns the providers: a client that is closed alone leaves them open for the next one.
 */
export function smsModule(options: ModuleOptions<SmsModuleOptions> = {}): ContainerModule {
  return new ContainerModule(({ bind, onDeactivation }) => {
    // For providers that an app binds itself; those of modules see to it themselves.
    const closeOwnProviders = () => {
      // inversify waits for all handlers of a token but the first that returns a promise.
      onDeactivation(smsProviderToken, async () => {});
      onDeactivation(smsProviderToken, closeWithContainer);
    };
    // Now, for a provider that is used without the client, and again with the client: unbinding a token, as a test
    // does to swap its providers, takes the handlers away too.
    closeOwnProviders();
    let asked = false;
    const slot = new ContainerSlot<ContainedClient>();
    const slotToken = Symbol('client') as ServiceIdentifier<ContainerSlot<ContainedClient>>;
    const contextToken = Symbol('context') as ServiceIdentifier<ResolutionContext>;
    bind(slotToken)
      .toConstantValue(slot)
      .onDeactivation(() => slot.close(closeClient));
    bind(contextToken)
      .toDynamicValue((context) => context)
      .inTransientScope();
    bind(smsClientToken)
      .toResolvedValue(
        (_slot: unknown, context: ResolutionContext, bound: SmsProvider[] | undefined) => {
          const providers = bound ?? [];
          const made = slot.get(() => {
            if (!asked) closeOwnProviders();
            // Once is enough: a client that cannot be made may be asked for without end.
            asked = true;
            return makeFrom(options, context, (given) => makeClient(given, providers));
          });
          return isThenable(made) ? made.then((it) => clientOver(it, providers)) : clientOver(made, providers);
        },
        // The slot is resolved for its deactivation; without a provider it is `createSmsClient` that complains.
        [slotToken, contextToken, { serviceIdentifier: smsProviderToken, isMultiple: true, optional: true }],
      )
      .inTransientScope();
  });
}

interface ContainedClient {
  readonly client: SmsClient;
  readonly providers: readonly SmsProvider[];
}

function makeClient(options: SmsModuleOptions, providers: readonly SmsProvider[]): ContainedClient {
  if (typeof options !== 'object' || options === null || 'providers' in options) {
    throw configurationInvalid('smsModule() takes the options of createSmsClient() without providers; load theirs.');
  }
  const { order, ...rest } = options;
  return { client: createSmsClient({ ...rest, providers: orderProviders(providers, order).map(lend) }), providers };
}

const orderRule = 'must be a list of different provider ids';
const orderSchema = v.object({
  order: v.pipe(
    v.array(v.string(orderRule), orderRule),
    v.check((ids) => new Set(ids).size === ids.length, orderRule),
  ),
});

/**
 * The providers with those named first, in the order of their names.
 *
 * @throws SmsError `configuration_invalid`
 */
export function orderProviders(
  providers: readonly SmsProvider[],
  order: readonly string[] | undefined,
): readonly SmsProvider[] {
  if (order === undefined) return providers;
  const ids = parseOptions('smsModule()', orderSchema, { order }).order;
  const missing = ids.find((id) => !providers.some((provider) => provider.id === id));
  if (missing !== undefined) {
    throw configurationInvalid(
      `smsModule(): order: there is no provider ${shownName(missing)}; there are ${idsOf(providers)}.`,
    );
  }
  const rank = ({ id }: SmsProvider) => (ids.includes(id) ? ids.indexOf(id) : ids.length);
  return providers.toSorted((a, b) => rank(a) - rank(b));
}

/** For a message. */
function idsOf(providers: readonly SmsProvider[]): string {
  return listOfNames(providers.map(({ id }) => id)) || 'none';
}

function closeClient({ client, providers }: ContainedClient): Promise<void> {
  const closed = client.close();
  keepOpenUntil(providers, closed);
  return closed;
}

/**
 * A client over other providers than those of the container that asks is an accident: a provider was loaded too
 * late, or a child container has providers of its own and would share its client with everybody else.
 */
function clientOver({ client, providers }: ContainedClient, asked: readonly SmsProvider[]): SmsClient {
  if (asked.length !== providers.length || asked.some((provider) => !providers.includes(provider))) {
    throw configurationInvalid(
      `smsModule(): the client was made with the providers ${idsOf(providers)}, and the container has ${idsOf(asked)}. ` +
        'Load smsModule() into the container that has the providers; to change them, unload it and load it again.',
    );
  }
  return client;
}

/** What the client gets: it may close it, and the container's provider stays open. */
function lend(provider: SmsProvider): SmsProvider {
  // Not a provider at all: `createSmsClient` says so.
  if (typeof provider?.send !== 'function' || typeof provider.close !== 'function') return provider;
  const { specification, id, sends, verification, webhooks, events, lookup } = provider;
  return {
    specification,
    id,
    sends,
    verification,
    webhooks,
    events,
    lookup,
    send: (message, context) => provider.send(message, context),
    close: async () => {},
  };
}

/** Mob in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

import { type ModuleOptions, providerModule } from '@polysms/core/provider-kit/inversify';
import type { ContainerModule, ServiceIdentifier } from 'inversify';
import { type MobProvider, mob } from './mob.js';
import type { MobOptions } from './options.js';

/** For `verifySdkCode`. With several accounts, `getAll` gives them all. */
export const mobProviderToken = Symbol.for('polysms.MobProvider') as ServiceIdentifier<MobProvider>;

/** A module with the provider that `mob(options)` makes; one module for each account. */
export function mobModule(options: ModuleOptions<MobOptions>): ContainerModule {
  return providerModule(mob, options, mobProviderToken);
}

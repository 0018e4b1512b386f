/** Acme in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

import { type ModuleOptions, providerModule } from '@polysms/core/provider-kit/inversify';
import type { ContainerModule } from 'inversify';
import { acme } from './acme.js';
import type { AcmeOptions } from './options.js';

/** A module with the provider that `acme(options)` makes; one module for each account. */
export function acmeModule(options: ModuleOptions<AcmeOptions>): ContainerModule {
  return providerModule(acme, options);
}

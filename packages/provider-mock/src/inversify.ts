/** The mock in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

import { type ModuleOptions, providerModule } from '@polysms/core/provider-kit/inversify';
import type { ContainerModule, ServiceIdentifier } from 'inversify';
import { mock } from './mock.js';
import type { MockProvider } from './mock-provider.js';
import type { MockOptions } from './options.js';

/** For the outbox and `fail`. With several mocks, `getAll` gives them all. */
export const mockProviderToken = Symbol.for('polysms.MockProvider') as ServiceIdentifier<MockProvider>;

/** A module with the provider that `mock(options)` makes. Give it the id of the provider that it stands in for. */
export function mockModule(options: ModuleOptions<MockOptions> = {}): ContainerModule {
  return providerModule(mock, options, mockProviderToken);
}

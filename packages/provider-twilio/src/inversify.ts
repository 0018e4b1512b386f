/** Twilio in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

import { type ModuleOptions, providerModule } from '@polysms/core/provider-kit/inversify';
import type { ContainerModule } from 'inversify';
import type { TwilioOptions } from './options.js';
import { twilio } from './twilio.js';

/** A module with the provider that `twilio(options)` makes; one module for each account. */
export function twilioModule(options: ModuleOptions<TwilioOptions>): ContainerModule {
  return providerModule(twilio, options);
}

/** Aliyun in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

import { type ModuleOptions, providerModule } from '@polysms/core/provider-kit/inversify';
import type { ContainerModule } from 'inversify';
import { aliyun } from './aliyun.js';
import type { AliyunOptions } from './options.js';

/** A module with the provider that `aliyun(options)` makes; one module for each account. */
export function aliyunModule(options: ModuleOptions<AliyunOptions>): ContainerModule {
  return providerModule(aliyun, options);
}

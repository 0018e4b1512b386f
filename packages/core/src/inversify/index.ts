/** Polysms in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

export type { ModuleOptions } from '../provider-kit/container.js';
export { smsProviderToken } from '../provider-kit/inversify.js';
export { type SmsModuleOptions, smsClientToken, smsModule } from './sms-module.js';

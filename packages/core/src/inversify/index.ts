/** Polysms in an inversify container. Needs the packages `inversify` and `reflect-metadata`. */

export { type ModuleOptions, smsProviderToken } from '../provider-kit/inversify.js';
export { type SmsModuleOptions, smsClientToken, smsModule } from './sms-module.js';

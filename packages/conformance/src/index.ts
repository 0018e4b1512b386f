/** The tests that every Polysms provider and every store passes. Works with any test runner that has `describe` and `it`. */

export { describeSmsProvider } from './describe-sms-provider.js';
export { describeVendorCodes, type VendorCodesOptions } from './describe-vendor-codes.js';
export type { Differences } from './differences.js';
export type { Capabilities, ConformanceOptions, TestFunctions } from './options.js';
export type { EventsSubject, LookupSubject, WebhookSubject } from './reporting-subjects.js';
export type { Situation } from './situations.js';
export { describeSmsStores } from './stores/describe-sms-stores.js';
export type { SmsStores, StoresConformanceOptions, StoresUnderTest } from './stores/stores-options.js';
export type {
  ConformanceSubject,
  ReceivedMessage,
  ReceivedTemplate,
  ReceivedText,
  ReceivedVerification,
  Samples,
  TemplateSample,
  TextSample,
  VendorRefusal,
} from './subject.js';

/**
 * One interface for every SMS provider: what an app needs. Authors of providers find more in `./provider-kit`, of stores
 * in `./stores`; options as data are in `./configuration`.
 */

export type { MessageStatus, Messages } from './client/messages.js';
export { createSmsClient, type SmsClient } from './client/sms-client.js';
export type { MessageOptions, SmsClientOptions, SmsStores, UnknownPolicy } from './client/sms-client-options.js';
export type { Verifications } from './client/verifications.js';
export type { SmsProvider } from './contract/sms-provider.js';
export type { SendManyProgress } from './delivery/batches/progress.js';
export type { SendManyOptions, SendManyResult } from './delivery/batches/send-many.js';
export type { CircuitStateChange } from './delivery/circuits/circuit.js';
export type { CircuitBreakerOptions } from './delivery/circuits/circuit-breaker-options.js';
export type { LastFailure, ProviderHealth } from './delivery/circuits/provider-health.js';
export { type ProviderWithCircuit, withCircuitBreaker } from './delivery/circuits/with-circuit-breaker.js';
export type { RetryBudgetOptions } from './delivery/further-attempts.js';
export type { Route } from './delivery/plan-route.js';
export type { Receipt, SendOptions, SendRequest, TemplateRequest, TextRequest } from './delivery/send-request.js';
export type {
  TemplateCatalogueOptions,
  TemplateOptions,
  VendorTemplateOptions,
} from './delivery/templates/catalogue.js';
export { type ErrorPolicy, errorPolicy, type SmsErrorCode, smsErrorCodes } from './errors/error-codes.js';
export {
  type Attempt,
  type FailureOutcome,
  isSmsError,
  SmsError,
  type SmsErrorJson,
} from './errors/sms-error.js';
export type { GuardOptions } from './guard/guard-options.js';
export type { Limit } from './guard/limit-store.js';
export type { ScreenedRequest, ScreenVerdict } from './guard/screening.js';
export type { PhoneNumberProblem } from './phone/normalise.js';
export { type PhoneNumberResult, parsePhoneNumber, safeParsePhoneNumber } from './phone/parse.js';
export type { PhoneNumber } from './phone/phone-number.js';
export { maskPhoneNumber } from './phone/phone-number.js';
export type {
  AlarmEvent,
  AttemptEvent,
  CheckEvent,
  CircuitEvent,
  CircuitState,
  DeniedEvent,
  DeniedScope,
  SettledEvent,
  SmsEvents,
} from './telemetry/events.js';
export type { Localized } from './verification/localized.js';
export type { VerificationOptions } from './verification/verification-options.js';
export type {
  CheckById,
  CheckByPhone,
  VerificationApproved,
  VerificationCancelResult,
  VerificationCheckRequest,
  VerificationCheckResult,
  VerificationReceipt,
  VerificationStartRequest,
  VerificationStatus,
} from './verification/verification-requests.js';
export { toNodeHandler } from './webhooks/node-handler.js';
export type { Webhooks } from './webhooks/webhooks.js';

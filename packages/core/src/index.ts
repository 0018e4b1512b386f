/** One interface for every SMS provider. */

export { createSmsClient, type SmsClient } from './client/sms-client.js';
export type { SmsClientOptions, SmsStores, UnknownPolicy } from './client/sms-client-options.js';
export type { Verifications } from './client/verifications.js';
export type { ProviderFactories, ProviderFactory } from './configuration/make-provider.js';
export type { Environment } from './configuration/resolve-references.js';
export type {
  ConfigValue,
  EnvReference,
  ProviderConfig,
  SmsConfig,
  VerificationConfig,
} from './configuration/sms-config.js';
export { smsConfigSchema } from './configuration/sms-config-schema.js';
export { type SmsOptionsFromConfigOptions, smsOptionsFromConfig } from './configuration/sms-options-from-config.js';
export { type SmsOptionsFromEnvOptions, smsOptionsFromEnv } from './configuration/sms-options-from-env.js';
export type { Deadline, DeadlineEnd } from './contract/deadline.js';
export type {
  OutboundMessage,
  TemplateMessage,
  TemplateParam,
  TextMessage,
  VerificationCheck,
  VerificationStart,
} from './contract/messages.js';
export type {
  Accepted,
  CheckOutcome,
  CodeApproved,
  CodeExhausted,
  CodeExpired,
  CodeIncorrect,
  Failure,
  NotSent,
  Refused,
  SendOutcome,
  Unknown,
} from './contract/outcomes.js';
export type { CallContext, IssuedCodeLimits, IssuedVerification, SmsProvider } from './contract/sms-provider.js';
export type { SendManyProgress } from './delivery/batches/progress.js';
export type { SendManyResult } from './delivery/batches/send-many.js';
export type { SendManyOptions } from './delivery/batches/send-many-options.js';
export type { CircuitStateChange, CircuitStateListener } from './delivery/circuits/circuit.js';
export type { CircuitBreakerOptions } from './delivery/circuits/circuit-breaker-options.js';
export { type GuardedProvider, withCircuitBreaker } from './delivery/circuits/with-circuit-breaker.js';
export type {
  IdempotencyStore,
  Reservation,
  StoredAccepted,
  StoredResult,
  StoredUnknown,
} from './delivery/idempotency/idempotency-store.js';
export {
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from './delivery/idempotency/memory-idempotency-store.js';
export type { Route } from './delivery/plan-route.js';
export type { RetryBudgetOptions } from './delivery/retry-budget.js';
export type { SendOptions, SendRequest, TemplateRequest, TextRequest } from './delivery/send-request.js';
export type {
  TemplateCatalogueOptions,
  TemplateOptions,
  VendorTemplateOptions,
} from './delivery/templates/catalogue-options.js';
export type { CircuitState, LastFailure, ProviderHealth, Receipt } from './delivery/types.js';
export { type SmsErrorCode, smsErrorCodes } from './errors/error-codes.js';
export { type ErrorPolicy, errorPolicies, errorPolicy } from './errors/error-policy.js';
export {
  type Attempt,
  type FailureOutcome,
  isSmsError,
  SmsError,
  type SmsErrorJson,
  type SmsErrorOptions,
} from './errors/sms-error.js';
export type { GuardOptions } from './guard/guard-options.js';
export type { Limit, LimitStore, Taking } from './guard/limit-store.js';
export { MemoryLimitStore, type MemoryLimitStoreOptions } from './guard/memory-limit-store.js';
export type { ScreenedRequest, ScreenVerdict } from './guard/screening.js';
export { maskPhoneNumber } from './phone/mask.js';
export type { PhoneNumberProblem } from './phone/normalise.js';
export { type PhoneNumberResult, parsePhoneNumber, safeParsePhoneNumber } from './phone/parse.js';
export type { PhoneNumber } from './phone/phone-number.js';
export { deadlineAfter } from './provider-kit/deadline.js';
export type {
  AlarmEvent,
  AttemptEvent,
  CheckEvent,
  CircuitEvent,
  CircuitEventState,
  DeniedEvent,
  DeniedScope,
  SettledEvent,
  SmsEvents,
} from './telemetry/events.js';
export {
  MemoryVerificationStore,
  type MemoryVerificationStoreOptions,
} from './verification/memory-verification-store.js';
export type { Localized, VerificationOptions } from './verification/verification-options.js';
export type {
  CheckById,
  CheckByPhone,
  VerificationCheckRequest,
  VerificationStartRequest,
} from './verification/verification-requests.js';
export type {
  VerificationApproved,
  VerificationCancelResult,
  VerificationCheckResult,
  VerificationReceipt,
  VerificationStatus,
} from './verification/verification-results.js';
export type {
  ChallengeState,
  CheckConclusion,
  CheckStep,
  CodeLimits,
  Guess,
  IssuedCode,
  Issuer,
  LiveCode,
  LocalCode,
  NewChallenge,
  Opening,
  SentCodes,
  StoreCheck,
  SubjectState,
  VerificationStore,
} from './verification/verification-store.js';

/** One interface for every SMS provider. */

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
export type { CallContext, IssuedVerification, SmsProvider } from './contract/sms-provider.js';
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
export { maskPhoneNumber } from './phone/mask.js';
export type { PhoneNumberProblem } from './phone/normalise.js';
export { type PhoneNumberResult, parsePhoneNumber, safeParsePhoneNumber } from './phone/parse.js';
export type { PhoneNumber } from './phone/phone-number.js';
export { deadlineAfter } from './provider-kit/deadline.js';

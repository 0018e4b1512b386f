/** What the author of a provider needs. Loads undici, and neither opossum nor inversify. */

export type { StandardSchemaV1 } from '@standard-schema/spec';
export type { CallContext } from '../contract/call-context.js';
export type { Deadline, DeadlineEnd } from '../contract/deadline.js';
export type {
  LookupInconclusive,
  LookupOutcome,
  MessageAbsent,
  MessageFound,
  MessageLookup,
  MessageQuery,
} from '../contract/lookup.js';
export type {
  MessageEnvelope,
  OutboundMessage,
  TemplateMessage,
  TemplateParam,
  TextMessage,
  VerificationCheck,
  VerificationStart,
} from '../contract/messages.js';
export type {
  Accepted,
  CheckOutcome,
  CodeApproved,
  CodeExhausted,
  CodeExpired,
  CodeIncorrect,
  Failure,
  NotSent,
  Price,
  Refused,
  SendOutcome,
  Unknown,
} from '../contract/outcomes.js';
export {
  type DeliveryReport,
  type EventSink,
  type InboundMessage,
  type ProviderEvent,
  type ProviderEvents,
  type ReportedState,
  reportedStates,
  type UndeliveredReason,
  undeliveredReasons,
} from '../contract/provider-events.js';
export type { IssuedCodeLimits, IssuedVerification, SendCapabilities, SmsProvider } from '../contract/sms-provider.js';
export type {
  ProviderWebhooks,
  WebhookContext,
  WebhookReading,
  WebhookReply,
  WebhookRequest,
} from '../contract/webhooks.js';
export { type SmsErrorCode, smsErrorCodes } from '../errors/error-codes.js';
export { shownName } from '../errors/shown-name.js';
export { type FailureOutcome, isSmsError, SmsError, type SmsErrorOptions } from '../errors/sms-error.js';
export { parsePhoneNumber, safeParsePhoneNumber } from '../phone/parse.js';
export type { PhoneNumber } from '../phone/phone-number.js';
export { maskPhoneNumber } from '../phone/phone-number.js';
export { normaliseCode } from '../phone/typed-text.js';
export { basicAuthorization } from './basic-authorization.js';
export { dayInBeijing, formatBeijingTime, parseBeijingTime } from './beijing-time.js';
export { type ByCountry, byCountry, forCountry } from './by-country.js';
export { checkableCodeProblem } from './checkable-code.js';
export { type Clock, type DeadlineSignal, deadlineAfter, deadlineSignal, longestDelayMs } from './deadline.js';
export { hmacSha256, sha256Hex } from './digests.js';
export type { Answered, HttpCallContext, HttpOutcome } from './http-exchange.js';
export { createHttpTransport, type HttpRequest, type HttpTransport } from './http-transport.js';
export {
  baseUrlProblem,
  type ConnectionEntries,
  type ConnectionOptions,
  connectionOf,
  connectionOptions,
  type HttpDispatcher,
  type HttpTransportOptions,
  type OptionalOption,
} from './http-transport-options.js';
export { accountId, credential, matching, milliseconds, type OptionProblem, together } from './option-parts.js';
export { configurationInvalid, parseOptions } from './options.js';
export {
  accepted,
  type FailureDetails,
  notSent,
  outcomeOfHttpStatus,
  priceOf,
  refused,
  type UnsentDetails,
  unknown,
} from './outcomes.js';
export {
  createPace,
  type OptionalPaceOptions,
  type Pace,
  type PaceOptions,
  type PaceProblem,
  paceProblem,
} from './pace.js';
export { type ParamNames, paramsProblem } from './params-problem.js';
export { encodedFields, type Fields, percentEncoded } from './percent-encoding.js';
export { type CodedAnswer, codeIn, readCodedAnswer, unrecognizedCode } from './read-coded-answer.js';
export {
  countIn,
  type JsonObject,
  jsonObject,
  momentIn,
  objectsIn,
  readJsonObject,
  textIn,
} from './read-json-object.js';
export { ownMessageId, readJsonRows } from './read-json-rows.js';
export { phoneOf, type ReasonCodes, reasonCodes } from './report-parts.js';
export { SentMessages } from './sent-messages.js';
export {
  outcomeOfCode,
  type VendorCode,
  type VendorCodeRow,
  type VendorCodes,
  vendorCodes,
} from './vendor-codes.js';
export { rejected, webhookReply } from './webhook-answers.js';
export { equalInConstantTime, type HmacProof, hmacEquals, isStale, secretInUrl } from './webhook-proof.js';

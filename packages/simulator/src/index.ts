/** SMS in a box: vendors on loopback ports, phones that a person can see, faults and reports. */

export type {
  ApiEndpoint,
  ApiFault,
  ApiList,
  ApiProblem,
  BoxEvents,
  BoxMessage,
  BoxMessageDetails,
  BoxReply,
  BoxReport,
  ConversationEntry,
  FaultCall,
  FaultChange,
  FaultEntry,
  Phone,
  PhoneConversation,
  ReplyCall,
  ReportCall,
  ReportSettings,
  ReportsPage,
  SettingsChange,
  ShownFault,
  ShownHttpFault,
  TellingAttempt,
  TellingStatus,
  TimelineEntry,
  Vendor,
  VendorCall,
  VendorStatus,
  WireRequest,
} from './control/contract.js';
export type {
  AnsweredRequest,
  ConnectionTelling,
  Dialect,
  DialectCall,
  MadeCall,
  MessageContent,
  OpenDialect,
  PhoneReply,
  PhoneReport,
  Phones,
  Random,
  RecordedRequest,
  Reporting,
  RequestHead,
  Telling,
  VendorAnswer,
  VendorRequest,
  WebhookAnswer,
  WebhookCall,
  WebhookTelling,
  WebhookVerdict,
  World,
} from './dialect.js';
export type {
  AnswerFault,
  CommonFault,
  ConnectionFault,
  ContentTypeFault,
  DelayFault,
  DropFault,
  Fault,
  FaultMoment,
  FaultSchedule,
  HangFault,
  HtmlFault,
  HttpFault,
  ReportFault,
  RequestFault,
  ResetFault,
  StatusFault,
  TruncatedFault,
} from './faults/faults.js';
export { listeningEntries, type SimulatorOptions } from './options.js';
export { numberFrom, objectOf, recordOf, required, wholeNumber } from './schema-parts.js';
export { type Simulator, startSimulator } from './simulator.js';
export { plainAddress } from './vendor-port/addresses.js';
export type { TlsCertificate } from './vendor-port/tls-certificate.js';
export { BoundedList, BoundedMap } from './world/bounded.js';
export { ManualClock, type SimulatorClock } from './world/clock.js';
export type { WaitForMessage } from './world/waits.js';

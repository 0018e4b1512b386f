/** What the author of a store needs: the ports, the stores in memory, the error, parts of keys. Loads neither the client nor undici. */

export { type FailureOutcome, isSmsError, SmsError, type SmsErrorOptions } from './errors/sms-error.js';
export type { Limit, LimitStore, LimitUnit, TakenUnit, TakeResult } from './guard/limit-store.js';
export { MemoryLimitStore, type MemoryLimitStoreOptions } from './guard/memory-limit-store.js';
export {
  MemoryMessageStore,
  type MemoryMessageStoreOptions,
} from './messages/memory-message-store.js';
export type {
  AttemptRecord,
  LookupRecord,
  MessageRecord,
  ReportEntry,
  SettledCall,
} from './messages/message-record.js';
export type { Added, KeyClaim, MessageStore, Replaced } from './messages/message-store.js';
export { MemoryOptOutStore, type MemoryOptOutStoreOptions } from './opt-out/memory-opt-out-store.js';
export type { OptOutStore } from './opt-out/opt-out-store.js';
export type { Awaitable } from './stores/ask-store.js';
export { keyHash, keyPart } from './stores/key-part.js';
export {
  MemoryVerificationStore,
  type MemoryVerificationStoreOptions,
} from './verification/memory-verification-store.js';
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

/** A scripted SMS provider for the tests of apps that use Polysms. */

export type {
  FailOptions,
  MockOperation,
  ScriptedFailure,
  ScriptedLookup,
  ScriptedOutcome,
  ScriptedThrow,
} from './fault-script.js';
export { mock } from './mock.js';
export type { MockReply, MockReport } from './mock-events.js';
export type { MockMessage, MockTemplateMessage, MockTextMessage, MockVerificationMessage } from './mock-message.js';
export type { MockProvider } from './mock-provider.js';
export type { MockLookupOptions, MockOptions } from './options.js';
export type { WaitForMessageOptions } from './outbox.js';
export { type SignedRequestOptions, signedInbound, signedReport } from './signed-requests.js';

import type { SmsProvider } from '@polysms/core/provider-kit';
import type { FailOptions, ScriptedOutcome } from './fault-script.js';
import type { MockMessage } from './mock-message.js';
import type { WaitForMessageOptions } from './outbox.js';

/** A provider without a vendor: it keeps what it sends in an outbox, and fails when a test tells it to. */
export interface MockProvider extends SmsProvider, AsyncDisposable {
  /** What phones received, oldest first. A live view until the next `reset()`; whoever tries to change it gets a TypeError. */
  readonly outbox: readonly MockMessage[];
  /**
   * The oldest message for a phone that no earlier wait has returned, as soon as there is one.
   *
   * @throws SmsError `timeout` when the time is up, saying what arrived instead; `client_closed`
   * or `aborted` when the mock is closed or reset first; `invalid_phone_number`; `configuration_invalid`
   */
  waitForMessage(options: WaitForMessageOptions): Promise<MockMessage>;
  /**
   * Makes calls to come fail. Faults add up: when several apply to a call, the one that was added first takes it.
   *
   * @throws SmsError `configuration_invalid`
   */
  fail(outcome: ScriptedOutcome, options?: FailOptions): void;
  /**
   * Forgets faults, messages and codes, and starts the randomness again. Waits in progress are rejected; calls in
   * flight keep their messages out of the new outbox and settle as they would have.
   */
  reset(): void;
}

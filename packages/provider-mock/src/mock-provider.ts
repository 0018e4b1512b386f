import type { DeliveryReport, InboundMessage, ProviderEvent, SmsProvider } from '@polysms/core/provider-kit';
import type { FailOptions, ScriptedOutcome } from './fault-script.js';
import type { MockReply, MockReport } from './mock-events.js';
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
   * Makes the vendor report what became of a message: one of the outbox, or its reference, or its id. Returns the report,
   * for `signedReport()`, and tells it over the connection if the mock has `events`. A look-up gives the last one.
   *
   * @throws SmsError `configuration_invalid`, also for a message that the mock has not taken
   */
  report(message: MockMessage | string, report: MockReport): DeliveryReport;
  /**
   * Makes a person write to us. Returns the message, for `signedInbound()`, and tells it over the connection if the mock
   * has `events`.
   *
   * @throws SmsError `configuration_invalid`
   */
  reply(reply: MockReply): InboundMessage;
  /**
   * Tells any event over the connection, such as a report of a message that the mock has never taken.
   *
   * @throws SmsError `configuration_invalid` if the mock has no `events`
   */
  tell(event: ProviderEvent): void;
  /**
   * What was told over the connection, and has not been answered: its sink has not resolved, or rejected, or its listener
   * has gone. Oldest first.
   */
  readonly unanswered: readonly ProviderEvent[];
  /** Resolves when every event that is under way over the connection was answered or refused. */
  answered(): Promise<void>;
  /** Repeats what was not answered, as vendors do after a while. Resolves when that was answered or refused in its turn. */
  redeliver(): Promise<void>;
  /**
   * Forgets faults, messages, codes and events, and starts the randomness again. Waits in progress are rejected; calls in
   * flight keep their messages out of the new outbox and settle as they would have.
   */
  reset(): void;
}

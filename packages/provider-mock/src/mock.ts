import {
  type Accepted,
  type CallContext,
  type CheckOutcome,
  createPace,
  type DeliveryReport,
  type InboundMessage,
  type IssuedVerification,
  type LookupOutcome,
  type MessageEnvelope,
  type MessageLookup,
  type MessageQuery,
  type NotSent,
  notSent,
  type OutboundMessage,
  type Pace,
  type ProviderEvent,
  type ProviderEvents,
  type ProviderWebhooks,
  parsePhoneNumber,
  type Refused,
  type SendOutcome,
  type SmsProvider,
  shownName,
  type Unknown,
  type VerificationCheck,
  type VerificationStart,
} from '@polysms/core/provider-kit';
import { Answers, unanswered } from './answers.js';
import {
  type FailOptions,
  FaultScript,
  type MockOperation,
  type ScriptedLookup,
  type ScriptedOutcome,
} from './fault-script.js';
import { IssuedCodes } from './issued-codes.js';
import type { MockReply, MockReport } from './mock-events.js';
import { contentOf, type MessageContent, type MockMessage } from './mock-message.js';
import type { MockProvider } from './mock-provider.js';
import { type MockOptions, type ParsedOptions, parseMockOptions } from './options.js';
import { Outbox, parseWait, type WaitForMessageOptions } from './outbox.js';
import { type Randomness, seededRandomness } from './randomness.js';
import { Reporting } from './reporting.js';

/**
 * Makes a provider for tests. It takes part in routing, failover and verification like a real one.
 *
 * @throws SmsError `configuration_invalid`
 */
export function mock(options: MockOptions = {}): MockProvider {
  return new Mock(parseMockOptions(options));
}

class Mock implements MockProvider {
  readonly specification = 'v1';
  readonly id: string;
  readonly sends: SmsProvider['sends'];
  readonly verification: IssuedVerification | null;
  readonly webhooks: ProviderWebhooks | null;
  readonly events: ProviderEvents | null;
  readonly lookup: MessageLookup | null;
  readonly #options: ParsedOptions;
  readonly #outbox: Outbox;
  readonly #script = new FaultScript();
  readonly #answers = new Answers();
  readonly #codes: IssuedCodes;
  readonly #reporting: Reporting;
  readonly #pace: Pace | undefined;
  #randomness: Randomness;
  #closed = false;

  constructor(options: ParsedOptions) {
    this.#options = options;
    this.id = options.id;
    this.sends = Object.freeze({ ...options.sends });
    this.#outbox = new Outbox(options.id, options.onMessage);
    this.#codes = new IssuedCodes(options);
    this.#pace = createPace(options);
    this.#randomness = seededRandomness(options.seed);
    this.verification = options.verification
      ? Object.freeze({
          limits: Object.freeze({ maxChecks: options.maxChecks, lifetimeMs: options.codeLifetimeMs }),
          start: (request: VerificationStart, context: CallContext) => this.#start(request, context),
          check: (request: VerificationCheck, context: CallContext) => this.#check(request, context),
        })
      : null;
    const { lookup } = options;
    this.#reporting = new Reporting(options);
    this.webhooks = this.#reporting.webhooks;
    this.events = this.#reporting.events;
    this.lookup =
      lookup === false ? null : Object.freeze({ ...lookup, find: this.#find.bind(this, lookup.visibleAfterMs) });
  }

  get outbox(): readonly MockMessage[] {
    return this.#outbox.messages;
  }

  async send(message: OutboundMessage, context: CallContext): Promise<SendOutcome> {
    if (!this.#closed && this.sends[message.kind] !== true) {
      return notSent(
        'unsupported_message',
        `This mock sends no messages of kind ${shownName(message.kind)}: see its option sends.`,
      );
    }
    if (!this.#closed && message.kind === 'text' && message.senderId !== undefined && !this.sends.senderId) {
      return notSent('unsupported_message', 'This mock takes no sender ID: see its option sends.');
    }
    return this.#call('send', context, () => {
      return this.#deliver(message, contentOf(message), this.#randomness.reference(), context);
    });
  }

  #start(request: VerificationStart, context: CallContext): Promise<SendOutcome> {
    return this.#call('start', context, () => {
      const reference = this.#randomness.reference();
      const code = this.#randomness.code(this.#options.codeLength);
      this.#codes.issue(request.to.e164, code, reference, this.#options.clock.now());
      return this.#deliver(request, { kind: 'verification', code, locale: request.locale }, reference, context);
    });
  }

  #check(request: VerificationCheck, context: CallContext): Promise<CheckOutcome> {
    return this.#call('check', context, () => this.#codes.check(request, this.#options.clock.now()));
  }

  #find(visibleAfterMs: number, query: MessageQuery, context: CallContext): Promise<LookupOutcome> {
    return this.#call<LookupOutcome>(
      'lookup',
      context,
      (scripted) => scripted ?? this.#reporting.find(query, visibleAfterMs),
    );
  }

  /** Lets the vendor work at once, then waits for its answer, unless the script has something else in mind. */
  async #call<Answer>(
    operation: MockOperation,
    context: CallContext,
    work: (scripted?: ScriptedLookup) => Answer,
  ): Promise<Answer | Refused | NotSent | Unknown> {
    if (this.#pace !== undefined) {
      const heldBack = await this.#pace.turn(context);
      if (heldBack !== undefined) return heldBack;
    }
    if (this.#closed)
      return notSent('client_closed', 'This mock is closed. Make a new one, or close it after the last call.');
    const { ended } = context.deadline;
    if (ended !== undefined) return notSent(ended, 'The call had ended before it reached the mock.');
    const fault = this.#script.next(operation);
    const latencyMs = this.#randomness.latencyMs(this.#options.latencyMs);
    const answer = async <Value>(value: Value): Promise<Value | Unknown> => {
      const end = await this.#answers.arrive(latencyMs, context.deadline);
      return end === 'answered' ? value : unanswered(end);
    };
    if (fault === undefined) return answer(work());
    if (fault.delivered) work();
    switch (fault.kind) {
      case 'hang':
        return unanswered(await this.#answers.hang(context.deadline));
      case 'throws':
        throw fault.error;
      case 'lookup':
        return answer(work(fault.answer));
      case 'failure':
        // Nobody answers a request that was never sent, so there is no latency either.
        return fault.failure.outcome === 'not-sent' ? fault.failure : answer(fault.failure);
    }
  }

  #deliver(envelope: MessageEnvelope, content: MessageContent, reference: string, context: CallContext): Accepted {
    const { id, to, validForMs, reportUrl } = envelope;
    const receivedAt = this.#options.clock.now();
    const { idempotencyKey } = context;
    const stamp = { id, reference, to: to.e164, receivedAt, idempotencyKey, validForMs, reportUrl };
    const message = Object.freeze({ ...content, ...stamp });
    this.#outbox.add(message);
    this.#reporting.taken(message);
    return { outcome: 'accepted', reference, ...this.#options.acceptedWith };
  }

  get unanswered(): readonly ProviderEvent[] {
    return this.#reporting.connection.unanswered;
  }

  report(message: MockMessage | string, report: MockReport): DeliveryReport {
    return this.#reporting.report(message, report);
  }

  reply(reply: MockReply): InboundMessage {
    return this.#reporting.reply(reply, () => this.#randomness.reference());
  }

  tell(event: ProviderEvent): void {
    this.#reporting.tell(event);
  }

  answered(): Promise<void> {
    return this.#reporting.connection.answered();
  }

  redeliver(): Promise<void> {
    return this.#reporting.connection.redeliver();
  }

  async waitForMessage(options: WaitForMessageOptions): Promise<MockMessage> {
    const { to, timeoutMs } = parseWait(options);
    return this.#outbox.wait(parsePhoneNumber(to).e164, timeoutMs);
  }

  fail(outcome: ScriptedOutcome, options: FailOptions = {}): void {
    this.#script.add(outcome, options);
  }

  reset(): void {
    this.#script.clear();
    this.#outbox.reset();
    this.#codes.clear();
    this.#reporting.reset();
    this.#randomness = seededRandomness(this.#options.seed);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#pace?.close();
    this.#answers.close();
    this.#outbox.close();
    this.#reporting.connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

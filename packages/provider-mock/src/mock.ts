import {
  accepted,
  type CallContext,
  type CheckOutcome,
  createPace,
  type IssuedVerification,
  type NotSent,
  notSent,
  type OutboundMessage,
  type Pace,
  type PhoneNumber,
  parsePhoneNumber,
  type Refused,
  type SendOutcome,
  type SmsProvider,
  shownName,
  type Unknown,
  unknown,
  type VerificationCheck,
  type VerificationStart,
} from '@polysms/core/provider-kit';
import { Answers, type Interruption } from './answers.js';
import { type FailOptions, FaultScript, type MockOperation, type ScriptedOutcome } from './fault-script.js';
import { IssuedCodes } from './issued-codes.js';
import { contentOf, type MessageContent, type MockMessage } from './mock-message.js';
import type { MockProvider } from './mock-provider.js';
import { type MockOptions, type ParsedOptions, parseMockOptions } from './options.js';
import { Outbox, parseWait, type WaitForMessageOptions } from './outbox.js';
import { type Randomness, seededRandomness } from './randomness.js';

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
  readonly webhooks = null;
  readonly events = null;
  readonly lookup = null;
  readonly #options: ParsedOptions;
  readonly #outbox: Outbox;
  readonly #script = new FaultScript();
  readonly #answers = new Answers();
  readonly #codes: IssuedCodes;
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
      const reference = this.#randomness.reference();
      this.#deliver(message.to, contentOf(message), reference, context);
      return accepted(reference);
    });
  }

  #start(request: VerificationStart, context: CallContext): Promise<SendOutcome> {
    return this.#call('start', context, () => {
      const reference = this.#randomness.reference();
      const code = this.#randomness.code(this.#options.codeLength);
      this.#codes.issue(request.to.e164, code, reference, this.#options.clock.now());
      this.#deliver(request.to, { kind: 'verification', code, locale: request.locale }, reference, context);
      return accepted(reference);
    });
  }

  #check(request: VerificationCheck, context: CallContext): Promise<CheckOutcome> {
    return this.#call('check', context, () => this.#codes.check(request, this.#options.clock.now()));
  }

  /** Lets the vendor work at once, then waits for its answer, unless the script has something else in mind. */
  async #call<Answer>(
    operation: MockOperation,
    context: CallContext,
    work: () => Answer,
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
      case 'failure':
        // Nobody answers a request that was never sent, so there is no latency either.
        return fault.failure.outcome === 'not-sent' ? fault.failure : answer(fault.failure);
    }
  }

  #deliver(to: PhoneNumber, content: MessageContent, reference: string, context: CallContext): void {
    const receivedAt = this.#options.clock.now();
    const { idempotencyKey } = context;
    this.#outbox.add(Object.freeze({ ...content, reference, to: to.e164, receivedAt, idempotencyKey }));
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
    this.#randomness = seededRandomness(this.#options.seed);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#pace?.close();
    this.#answers.close();
    this.#outbox.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function unanswered(interruption: Interruption): Unknown {
  switch (interruption) {
    case 'deadline_exceeded':
      return unknown('timeout', 'The mock had not answered when the deadline ended.');
    case 'aborted':
      return unknown('aborted', 'The mock had not answered when the caller ended the call.');
    case 'closed':
      return unknown('client_closed', 'The mock was closed before it answered.');
  }
}

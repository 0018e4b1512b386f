import type { CallContext } from '../contract/call-context.js';
import type { MessageEnvelope } from '../contract/messages.js';
import type { Account } from '../delivery/account.js';
import { type SendManyOptions, type SendManyResult, sendMany } from '../delivery/batches/send-many.js';
import type { ProviderHealth } from '../delivery/circuits/provider-health.js';
import { newMessageId } from '../delivery/message-id.js';
import { type PreparedMessage, prepareMessage } from '../delivery/prepare-message.js';
import type { Delivered, Router } from '../delivery/router.js';
import { invalidRequest, type Receipt, readSendRequest, type SendRequest } from '../delivery/send-request.js';
import { errorKind } from '../errors/foreign-error.js';
import { shownName } from '../errors/shown-name.js';
import { isSmsError } from '../errors/sms-error.js';
import { type Admission, isRefundable } from '../guard/abuse-guard.js';
import { receiptOfDelivery } from '../messages/receipts.js';
import { parsePhoneNumberIn } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import type { SmsEvents } from '../telemetry/events.js';
import { type Composition, compose } from './compose.js';
import type { Messages } from './messages.js';
import type { SmsClientOptions } from './sms-client-options.js';
import type { Verifications } from './verifications.js';

/** Sends messages through the first provider that is able to and is well. */
export interface SmsClient extends AsyncDisposable {
  /**
   * Sends one message and resolves when a provider has taken it.
   *
   * @throws SmsError in every other case; its `outcome` says whether the message may have been sent all the same
   */
  send(request: SendRequest): Promise<Receipt>;
  /**
   * Sends many messages, some at a time, and yields a result for each as it settles. The next ones are begun as
   * results are taken, so memory stays bounded and a slow consumer slows the sending. No failure ends the batch.
   */
  sendMany(
    requests: Iterable<SendRequest> | AsyncIterable<SendRequest>,
    options?: SendManyOptions,
  ): AsyncGenerator<SendManyResult<SendRequest, Receipt>, void, undefined>;
  /** Codes that prove that a person has a phone. */
  readonly verifications: Verifications;
  /** What became of messages after they were sent. */
  readonly messages: Messages;
  /** How every provider is doing, by its id. */
  health(): Readonly<Record<string, ProviderHealth>>;
  /** Listens to an event. Dispose of what it returns to stop. A listener that throws changes nothing. */
  on<Name extends keyof SmsEvents>(name: Name, listener: (event: SmsEvents[Name]) => void): Disposable;
  /** Refuses further calls, waits for those under way, then closes the circuits and the providers. May be called twice. */
  close(): Promise<void>;
}

/**
 * Makes a client over one or more providers. It owns them: closing it closes them.
 *
 * @throws SmsError `configuration_invalid`, naming the option
 */
export function createSmsClient(options: SmsClientOptions): SmsClient {
  return new RoutingClient(compose(options));
}

/** Providers close in milliseconds: the calls that they would have to wait for have ended. */
const longestCloseMs = 10_000;

class RoutingClient implements SmsClient {
  readonly verifications: Verifications;
  readonly messages: Messages;
  readonly #parts: Composition;
  #closed: Promise<void> | undefined;

  constructor(parts: Composition) {
    this.#parts = parts;
    this.verifications = parts.verifications;
    this.messages = parts.messages;
    parts.sweeping.start();
  }

  async send(given: SendRequest): Promise<Receipt> {
    const request = readSendRequest(given);
    const { templates, inFlight, defaultCountry, deadlineMs, idempotentSends, deliveries, router } = this.#parts;
    const message = prepareMessage(request, parsePhoneNumberIn(defaultCountry, request.to), templates);
    const id = newMessageId();
    inFlight.begin();
    try {
      const deadline = deadlineAfter(request.deadlineMs ?? deadlineMs, { signal: request.signal });
      const { idempotencyKey } = request;
      const context: CallContext = idempotencyKey === undefined ? { deadline } : { deadline, idempotencyKey };
      if (idempotencyKey !== undefined) {
        const { to } = message;
        return await idempotentSends.once({ id, key: idempotencyKey, request, to }, deadline, () =>
          this.#admitAndDeliver(id, message, context, router),
        );
      }
      return receiptOfDelivery(id, await this.#admitAndDeliver(id, message, context, deliveries));
    } finally {
      inFlight.end();
    }
  }

  #admitAndDeliver(id: string, message: PreparedMessage, context: CallContext, by: Deliverer): Promise<Delivered> {
    if (message.request.guard === true) return this.#admitted(id, message, context, by);
    return this.#deliver(id, message, context, by);
  }

  async #admitted(id: string, message: PreparedMessage, context: CallContext, by: Deliverer): Promise<Delivered> {
    const { guard } = this.#parts;
    if (guard === undefined) throw invalidRequest('send(): guard: the client was made with guard: false.');
    const { to } = message;
    const { ip, screening } = message.request;
    const subject = { kind: 'message', to, ip, screening, purpose: undefined, locale: undefined } as const;
    let admission: Admission;
    try {
      admission = await guard.admit(subject, context.deadline);
    } catch (error) {
      if (!isSmsError(error)) throw error;
      return { attempts: error.attempts, accepted: undefined, error };
    }
    const delivered = await this.#deliver(id, message, context, by);
    if (delivered.error !== undefined && isRefundable(delivered.error)) admission.refund();
    return delivered;
  }

  #deliver(
    id: string,
    { to, request, canSend, unsupported, messageFor }: PreparedMessage,
    context: CallContext,
    by: Deliverer,
  ): Promise<Delivered> {
    const envelope: MessageEnvelope = { id, to };
    return by.deliver(
      {
        id,
        to,
        canSend,
        unsupported,
        ask: (provider, attemptContext) => provider.send(messageFor(provider, envelope), attemptContext),
        onUnknown: request.onUnknown ?? this.#parts.onUnknown,
        via: request.via,
        kind: 'message',
      },
      context,
    );
  }

  sendMany(
    requests: Iterable<SendRequest> | AsyncIterable<SendRequest>,
    options?: SendManyOptions,
  ): AsyncGenerator<SendManyResult<SendRequest, Receipt>, void, undefined> {
    // The batch's signal stops the intake only: cutting off what has begun would leave its outcome unknown.
    return sendMany((request) => this.send(request), requests, options);
  }

  health(): Readonly<Record<string, ProviderHealth>> {
    return Object.fromEntries(this.#parts.accounts.map(({ id, circuit }) => [id, circuit.health()]));
  }

  on<Name extends keyof SmsEvents>(name: Name, listener: (event: SmsEvents[Name]) => void): Disposable {
    const { events } = this.#parts;
    if (!events.has(name)) {
      throw invalidRequest(`on(): there is no event ${shownName(name)}; there are ${events.names.join(', ')}.`);
    }
    if (typeof listener !== 'function') throw invalidRequest('on(): the listener must be a function.');
    return events.on(name, listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#parts.sweeping.stop();
    await this.#parts.inFlight.close();
    await this.#parts.guard?.settled();
    this.#parts.dispose();
    await Promise.all(this.#parts.accounts.map(closeInTime));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What delivers: the router, or the router with a record of what it does. */
type Deliverer = Pick<Router, 'deliver'>;

/** Closes a provider. One that fails or hangs becomes a warning, and does not hold up the others. */
async function closeInTime({ id, provider, circuit }: Account): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), longestCloseMs);
  });
  circuit.shutDown();
  try {
    if ((await Promise.race([provider.close(), late])) !== 'late') return;
    process.emitWarning(`Provider ${id} did not close in ${longestCloseMs / 1000} s.`, 'PolysmsWarning');
  } catch (error) {
    process.emitWarning(`Provider ${id} failed to close: ${errorKind(error)}`, 'PolysmsWarning');
  } finally {
    clearTimeout(timer);
  }
}

import type { MessageEnvelope } from '../contract/messages.js';
import type { CallContext } from '../contract/sms-provider.js';
import type { Account } from '../delivery/account.js';
import { type SendManyOptions, type SendManyResult, sendMany } from '../delivery/batches/send-many.js';
import type { ProviderHealth } from '../delivery/circuits/provider-health.js';
import { newMessageId } from '../delivery/message-id.js';
import { type PreparedMessage, prepareMessage } from '../delivery/prepare-message.js';
import type { Delivered } from '../delivery/router.js';
import { invalidRequest, type Receipt, readSendRequest, type SendRequest } from '../delivery/send-request.js';
import { errorKind } from '../errors/foreign-error.js';
import { shownName } from '../errors/shown-name.js';
import { isSmsError } from '../errors/sms-error.js';
import { isRefundable } from '../guard/abuse-guard.js';
import { parsePhoneNumberIn } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import type { SmsEvents } from '../telemetry/events.js';
import { type Composition, compose } from './compose.js';
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
  readonly #parts: Composition;
  #closed: Promise<void> | undefined;

  constructor(parts: Composition) {
    this.#parts = parts;
    this.verifications = parts.verifications;
  }

  async send(given: SendRequest): Promise<Receipt> {
    const request = readSendRequest(given);
    const { templates, inFlight, defaultCountry, deadlineMs, idempotentSends } = this.#parts;
    const message = prepareMessage(request, parsePhoneNumberIn(defaultCountry, request.to), templates);
    const id = newMessageId();
    inFlight.begin();
    try {
      const deadline = deadlineAfter(request.deadlineMs ?? deadlineMs, { signal: request.signal });
      const { idempotencyKey } = request;
      const context: CallContext = idempotencyKey === undefined ? { deadline } : { deadline, idempotencyKey };
      if (idempotencyKey !== undefined) {
        return await idempotentSends.once(idempotencyKey, message, deadline, () =>
          this.#admitAndSend(id, message, context),
        );
      }
      if (request.guard === true) return await this.#admitAndSend(id, message, context);
      return receiptOf(id, await this.#deliver(id, message, context));
    } finally {
      inFlight.end();
    }
  }

  #admitAndSend(id: string, message: PreparedMessage, context: CallContext): Promise<Receipt> {
    if (message.request.guard === true) return this.#admitted(id, message, context);
    return this.#deliver(id, message, context).then((delivered) => receiptOf(id, delivered));
  }

  async #admitted(id: string, message: PreparedMessage, context: CallContext): Promise<Receipt> {
    const { guard } = this.#parts;
    if (guard === undefined) throw invalidRequest('send(): guard: the client was made with guard: false.');
    const { to } = message;
    const { ip, screening } = message.request;
    const subject = { kind: 'message', to, ip, screening, purpose: undefined, locale: undefined } as const;
    const admission = await guard.admit(subject, context.deadline);
    try {
      return receiptOf(id, await this.#deliver(id, message, context));
    } catch (error) {
      if (isSmsError(error) && isRefundable(error)) admission.refund();
      throw error;
    }
  }

  #deliver(
    id: string,
    { to, request, canSend, unsupported, messageFor }: PreparedMessage,
    context: CallContext,
  ): Promise<Delivered> {
    const envelope: MessageEnvelope = { id, to };
    return this.#parts.router.deliver(
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
    await this.#parts.inFlight.close();
    await this.#parts.guard?.settled();
    this.#parts.dispose();
    await Promise.all(this.#parts.accounts.map(closeInTime));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** @throws SmsError if nobody took it */
function receiptOf(id: string, { attempts, accepted, error }: Delivered): Receipt {
  if (error !== undefined) throw error;
  const { reference, segments, price } = accepted ?? {};
  return {
    id,
    provider: attempts.at(-1)?.provider ?? '',
    reference,
    ...(segments === undefined ? {} : { segments }),
    ...(price === undefined ? {} : { price }),
    attempts,
  };
}

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

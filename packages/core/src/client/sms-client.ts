import type { CallContext } from '../contract/call-context.js';
import type { Deadline } from '../contract/deadline.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { Account } from '../delivery/account.js';
import { type SendManyOptions, type SendManyResult, sendMany } from '../delivery/batches/send-many.js';
import type { ProviderHealth } from '../delivery/circuits/provider-health.js';
import { envelopeOf } from '../delivery/envelope.js';
import { newMessageId } from '../delivery/message-id.js';
import { type PreparedMessage, prepareMessage } from '../delivery/prepare-message.js';
import type { Delivered, DeliverWithin, Delivery, Router } from '../delivery/router.js';
import { invalidRequest, type Receipt, readSendRequest, type SendRequest } from '../delivery/send-request.js';
import { errorKind } from '../errors/foreign-error.js';
import { shownName } from '../errors/shown-name.js';
import { isSmsError } from '../errors/sms-error.js';
import { type Admission, isRefundable } from '../guard/abuse-guard.js';
import { isThenable } from '../listeners/listeners.js';
import type { MessageRecord } from '../messages/message-record.js';
import { receiptOfDelivery } from '../messages/receipts.js';
import { parsePhoneNumberIn } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import type { Awaitable } from '../stores/ask-store.js';
import type { SmsEvents } from '../telemetry/events.js';
import type { Webhooks } from '../webhooks/webhooks.js';
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
  /** Takes what vendors tell by calling the app. */
  readonly webhooks: Webhooks;
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
  readonly webhooks: Webhooks;
  readonly #listening: readonly Disposable[];
  readonly #parts: Composition;
  #closed: Promise<void> | undefined;

  constructor(parts: Composition) {
    this.#parts = parts;
    this.verifications = parts.verifications;
    this.messages = parts.messages;
    this.webhooks = parts.webhooks;
    parts.sweepTimer.start();
    this.#listening = parts.accounts.flatMap(({ provider }) => parts.vendorEvents.listen(provider) ?? []);
  }

  async send(given: SendRequest): Promise<Receipt> {
    const request = readSendRequest(given);
    const { templates, inFlight, defaultCountry, deadlineMs, idempotentSends, deliveries } = this.#parts;
    const message = prepareMessage(request, parsePhoneNumberIn(defaultCountry, request.to), templates);
    if (request.deliverWithinMs !== undefined && (request.onUnknown ?? this.#parts.onUnknown) !== 'failover') {
      throw invalidRequest(
        "send(): deliverWithinMs: is for messages that may arrive twice; set onUnknown to 'failover', or leave it out.",
      );
    }
    const id = newMessageId();
    inFlight.begin();
    try {
      const deadline = deadlineAfter(request.deadlineMs ?? deadlineMs, { signal: request.signal });
      const { idempotencyKey } = request;
      if (idempotencyKey === undefined) {
        return receiptOfDelivery(id, await this.#admitAndDeliver(id, message, { deadline }, deliveries));
      }
      const keyed = { id, key: idempotencyKey, request, to: message.to };
      return await idempotentSends.once(keyed, deadline, (record) =>
        this.#admitAndDeliver(
          id,
          message,
          { deadline, idempotencyKey },
          this.#recordedAs(record, request.deliverWithinMs !== undefined),
        ),
      );
    } finally {
      inFlight.end();
    }
  }

  /** Delivers a message whose record is begun and settled by whoever holds its key. */
  #recordedAs(record: MessageRecord, isWatched: boolean): Deliverer {
    const { router, watches } = this.#parts;
    if (!isWatched) return router;
    return {
      deliver: async (delivery, context) => {
        const delivered = await router.deliver(delivery, context);
        watches.watch(delivery, record, delivered);
        return delivered;
      },
    };
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

  /** Nothing is sent to a person who has opted out. */
  #deliver(id: string, message: PreparedMessage, context: CallContext, by: Deliverer): Promise<Delivered> {
    const blocked = this.#blockedNow(message, context.deadline);
    return isThenable(blocked)
      ? this.#deliverOnceKnown(blocked, id, message, context, by)
      : by.deliver(this.#deliveryOf(id, message, blocked), context);
  }

  async #deliverOnceKnown(
    asked: Promise<ReadonlySet<string> | undefined>,
    id: string,
    message: PreparedMessage,
    context: CallContext,
    by: Deliverer,
  ): Promise<Delivered> {
    let blocked: ReadonlySet<string> | undefined;
    try {
      blocked = await asked;
    } catch (error) {
      if (!isSmsError(error)) throw error;
      return { attempts: error.attempts, accepted: undefined, error };
    }
    return by.deliver(this.#deliveryOf(id, message, blocked), context);
  }

  /** The providers at which the person has opted out; undefined if nobody can. */
  #blockedNow({ to, request }: PreparedMessage, deadline: Deadline): Awaitable<ReadonlySet<string> | undefined> {
    const { optOuts, providerIds } = this.#parts;
    const senderId = 'senderId' in request ? request.senderId : undefined;
    return optOuts?.blockedProviders({ to, senderId, providers: providerIds }, deadline);
  }

  #deliveryOf(id: string, message: PreparedMessage, blocked: ReadonlySet<string> | undefined): Delivery {
    const { to, request, canSend, unsupported, messageFor } = message;
    const { reportUrlOf } = this.#parts;
    const { validForMs, deliverWithinMs } = request;
    const validUntil = validForMs === undefined ? undefined : performance.now() + validForMs;
    const send = (provider: SmsProvider, context: CallContext) =>
      provider.send(messageFor(provider, envelopeOf(id, to, validUntil, reportUrlOf(provider))), context);
    return {
      id,
      to,
      canSend,
      unsupported,
      ask: send,
      onUnknown: request.onUnknown ?? this.#parts.onUnknown,
      via: request.via,
      blocked,
      kind: 'message',
      deliverWithin:
        deliverWithinMs === undefined ? undefined : this.#deliverWithin(deliverWithinMs, validUntil, message),
    };
  }

  #deliverWithin(ms: number, until: number | undefined, message: PreparedMessage): DeliverWithin {
    const blockedNow = async (deadline: Deadline) => this.#blockedNow(message, deadline);
    return { ms, until, blockedNow };
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
    this.#parts.sweepTimer.stop();
    this.#parts.watches.close();
    for (const listening of this.#listening) listening[Symbol.dispose]();
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

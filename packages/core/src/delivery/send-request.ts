import type { Price } from '../contract/outcomes.js';
import { errorKind } from '../errors/foreign-error.js';
import { brokenText, isBroken, shownName, visibleName } from '../errors/shown-name.js';
import { type Attempt, isSmsError, SmsError } from '../errors/sms-error.js';
import { isAbortSignal, longestDelayMs } from '../provider-kit/deadline.js';

/** A message to one phone: a text, or a template by its logical name. */
export type SendRequest = TextRequest | TemplateRequest;

/** A message whose words are given. */
export interface TextRequest extends SendOptions {
  readonly text: string;
  /**
   * The sender that the phone shows: a number, a short code or a name, 1 to 64 characters. Only providers that hand it
   * to their vendor are asked.
   */
  readonly senderId?: string | undefined;
}

/** A message by the name of a template in the client's catalogue. */
export interface TemplateRequest extends SendOptions {
  readonly template: string;
  /** The template's parameters by name; exactly those that the catalogue declares. */
  readonly params?: Readonly<Record<string, string>> | undefined;
}

/** What every message has. */
export interface SendOptions {
  /** E.164, `+8613800138000`; with the client's `defaultCountry` also as it is dialled there. */
  readonly to: string;
  /** Ids of providers, to be tried in this order instead of the route's. */
  readonly via?: readonly string[] | undefined;
  /**
   * Sends a message once, however often it is asked to: a second call with the key gets the first one's result.
   * Up to 255 characters, no phone number.
   */
  readonly idempotencyKey?: string | undefined;
  /** Instead of the client's deadline, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /**
   * How long the message is worth anything, in milliseconds, from 1000 to 24 days. Vendors that can are told: it does not
   * arrive later. Default: as long as the vendor keeps it.
   */
  readonly validForMs?: number | undefined;
  /**
   * By when after its acceptance it is to be delivered, in milliseconds, from 1000 to 24 days. If the provider's vendor
   * has not reported that by then, or reports a failure of its own, the message goes to the next provider, as long as
   * this process lives. For a message that may arrive twice: `onUnknown` must be `failover`. A provider that does not
   * report is not waited for.
   */
  readonly deliverWithinMs?: number | undefined;
  /** Ends the call early. What was written by then may still arrive. */
  readonly signal?: AbortSignal | undefined;
  /** `failover` for a message that may arrive twice, such as a code of your own. Default: the client's option. */
  readonly onUnknown?: 'stop' | 'failover' | undefined;
  /** Has the abuse guard admit this message as it does verifications: for whatever a stranger can trigger. Default false. */
  readonly guard?: boolean | undefined;
  /** The person's address, for the limits of the abuse guard. */
  readonly ip?: string | undefined;
  /** Whatever the guard's `screen` hook needs. */
  readonly screening?: unknown;
}

/** Proof that a provider has taken a message. A plain value that survives JSON. */
export interface Receipt {
  /** The message's id, a UUID of version 7: in its events and reports, and for `sms.messages.get()`. */
  readonly id: string;
  /** The id of the provider. */
  readonly provider: string;
  /** The vendor's id of the message, if it gives one. */
  readonly reference: string | undefined;
  /** How many messages the vendor counts, if it says. */
  readonly segments?: number | undefined;
  /** What the vendor charges for all segments together, if it says. */
  readonly price?: Price | undefined;
  /** Every attempt, in order; the last one is the provider's that took the message. */
  readonly attempts: readonly Attempt[];
  /**
   * True if an earlier call with the same `idempotencyKey` has sent the message: this is its receipt, and nothing was
   * sent now. Such a call gives neither an `attempt` nor a `settled` event, and uses no limit up.
   */
  readonly replayed?: true | undefined;
}

/** The error of a call that is malformed: nothing was sent. */
export function invalidRequest(message: string): SmsError {
  return new SmsError({ code: 'invalid_request', outcome: 'not-sent', message });
}

/**
 * A copy of a request, checked for what types cannot: callers in JavaScript, and values from elsewhere. Every field is
 * read once, inherited ones and getters included, and the caller may change its object afterwards. A misspelt field
 * is an error, since a misspelt `idempotencyKey` would send twice.
 *
 * @throws SmsError `invalid_request`, naming the field
 */
export function readSendRequest(given: SendRequest): SendRequest {
  const request = readGiven('send()', () => copyOf(given));
  checkSendRequest(request);
  return request as SendRequest;
}

/**
 * Reads what a caller gave. Its getters and proxies are the caller's code: what they throw may repeat a phone number.
 *
 * @throws SmsError `invalid_request` in the place of whatever else `read` throws
 */
export function readGiven<Read>(caller: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (isSmsError(error)) throw error;
    throw invalidRequest(`${caller}: the request could not be read (${errorKind(error)}); give a plain object.`);
  }
}

function copyOf(given: SendRequest): AnyRequest {
  if (typeof given !== 'object' || given === null) throw invalidRequest('send() takes an object.');
  for (const field in given) {
    if (known.has(field)) continue;
    throw invalidRequest(`send(): ${shownName(field)} is not a field; it knows ${[...known].join(', ')}.`);
  }
  return fieldsOf(given);
}

/** Every field, each read once. One shape for all requests: this is read for every message. */
function fieldsOf(given: AnyRequest): AnyRequest {
  const { to, text, senderId, template, params, via } = given;
  return {
    to,
    text,
    senderId,
    template,
    params,
    // A copy: the guard may take its time.
    via: isListOfIds(via) ? [...via] : via,
    idempotencyKey: given.idempotencyKey,
    deadlineMs: given.deadlineMs,
    validForMs: given.validForMs,
    deliverWithinMs: given.deliverWithinMs,
    signal: given.signal,
    onUnknown: given.onUnknown,
    guard: given.guard,
    ip: given.ip,
    screening: given.screening,
  };
}

const known: ReadonlySet<string> = new Set(Object.keys(fieldsOf({ to: '' })));

/** Every field that a request may have. */
type AnyRequest = SendOptions & {
  readonly [Field in keyof (TextRequest & TemplateRequest)]?: (TextRequest & TemplateRequest)[Field] | undefined;
};

function checkSendRequest(request: AnyRequest): void {
  const { senderId, via, idempotencyKey, signal, onUnknown } = request;
  const hasText = request.text !== undefined;
  const hasTemplate = request.template !== undefined;
  if (hasText === hasTemplate) throw invalidRequest('send() takes either a text or a template.');
  if (hasText && (typeof request.text !== 'string' || request.text === '')) {
    throw invalidRequest('send(): text must be a string that is not empty.');
  }
  if (isBroken(request.text)) throw invalidRequest(`send(): text ${brokenText}.`);
  if (hasText && request.params !== undefined)
    throw invalidRequest('send(): params belong to a template, not to a text.');
  if (hasTemplate && typeof request.template !== 'string') throw invalidRequest('send(): template must be a string.');
  if (hasTemplate && senderId !== undefined) throw invalidRequest('send(): senderId belongs to a text.');
  if (senderId !== undefined && !(typeof senderId === 'string' && visibleName.test(senderId))) {
    throw invalidRequest('send(): senderId must be a string of 1 to 64 characters that can be seen.');
  }
  if (via !== undefined && !isListOfIds(via)) {
    throw invalidRequest('send(): via must be a list of different provider ids, not empty.');
  }
  if (idempotencyKey !== undefined && (typeof idempotencyKey !== 'string' || !/^.{1,255}$/su.test(idempotencyKey))) {
    throw invalidRequest('send(): idempotencyKey must be a string of 1 to 255 characters.');
  }
  // Stores keep it in UTF-8, where one half character looks like any other.
  if (isBroken(idempotencyKey)) throw invalidRequest(`send(): idempotencyKey ${brokenText}.`);
  checkDeadlineMs('send()', request.deadlineMs);
  checkPeriodMs('send(): validForMs', request.validForMs);
  checkPeriodMs('send(): deliverWithinMs', request.deliverWithinMs);
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw invalidRequest('send(): signal must be an AbortSignal.');
  }
  if (onUnknown !== undefined && onUnknown !== 'stop' && onUnknown !== 'failover') {
    throw invalidRequest("send(): onUnknown must be 'stop' or 'failover'.");
  }
  if (request.guard !== undefined && typeof request.guard !== 'boolean') {
    throw invalidRequest('send(): guard must be true or false.');
  }
  if (request.guard !== true && (request.ip !== undefined || request.screening !== undefined)) {
    throw invalidRequest('send(): ip and screening are for the abuse guard; set guard to true.');
  }
}

/** @throws SmsError `invalid_request` */
export function checkDeadlineMs(caller: string, deadlineMs: unknown): void {
  if (deadlineMs === undefined) return;
  if (typeof deadlineMs === 'number' && deadlineMs >= 0 && deadlineMs <= longestDelayMs) return;
  throw invalidRequest(`${caller}: deadlineMs must be a number of milliseconds, from 0 to 24 days.`);
}

/** Vendors count in seconds; a timer holds 24 days. */
function checkPeriodMs(field: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 1_000 && value <= longestDelayMs)) return;
  throw invalidRequest(`${field} must be a number of milliseconds, from 1000 to 24 days.`);
}

/** Whether it is what `via` must be: different ids of providers, at least one. */
export function isListOfIds(via: unknown): via is readonly string[] {
  if (!Array.isArray(via) || via.length === 0 || new Set(via).size < via.length) return false;
  return via.every((id) => typeof id === 'string');
}

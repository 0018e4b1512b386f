import type { MessageState, ReportedState, UndeliveredReason } from '../contract/provider-events.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import type { FailureOutcome } from '../errors/sms-error.js';
import { Listeners, warnOfListener } from '../listeners/listeners.js';

/** What a client tells about its work, by the name of the event. No event holds a text, a code or a whole number. */
export interface SmsEvents {
  /** One attempt with one provider has ended. */
  readonly attempt: AttemptEvent;
  /** A whole call has ended, unless it was malformed, or replayed the result of an earlier one. */
  readonly settled: SettledEvent;
  /** The circuit of a provider has changed its state. */
  readonly circuit: CircuitEvent;
  /** The abuse guard has denied a call; nothing was sent. */
  readonly denied: DeniedEvent;
  /** Too few of the codes that were sent to a number prefix come back: it may be pumped. */
  readonly alarm: AlarmEvent;
  /** A code has been checked, or could not be. */
  readonly check: CheckEvent;
  /** A vendor has reported something new of a message. */
  readonly report: ReportEvent;
  /** It is known now whether a message was sent of which nobody knew. */
  readonly resolved: ResolvedEvent;
  /** A person has written to one of our numbers. It holds the text: do not log it whole. */
  readonly inbound: InboundEvent;
}

export interface AttemptEvent {
  /** The message's id, as in its receipt. */
  readonly id: string;
  readonly kind: 'message' | 'verification';
  /** What a verification is for; undefined for messages. */
  readonly purpose: string | undefined;
  readonly provider: string;
  /** 1 for the first attempt of a message; what `deliverWithinMs` brings about counts on. */
  readonly attempt: number;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  readonly outcome: 'accepted' | FailureOutcome;
  readonly code: SmsErrorCode | undefined;
  /** The vendor's own code. */
  readonly providerCode: string | undefined;
  /** Why the network failed, in the words of Node or undici: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
  readonly transportCode: string | undefined;
  readonly durationMs: number;
}

export interface SettledEvent {
  /** The message's id, as in its receipt. */
  readonly id: string;
  readonly kind: 'message' | 'verification';
  /** What a verification is for; undefined for messages. */
  readonly purpose: string | undefined;
  /** The provider that took the message, or the last one that was tried. */
  readonly provider: string | undefined;
  readonly attempts: number;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  readonly outcome: 'accepted' | FailureOutcome;
  readonly code: SmsErrorCode | undefined;
  readonly durationMs: number;
}

export interface CircuitEvent {
  readonly provider: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
}

/**
 * The state of a provider's circuit:
 * `closed`: calls pass. `open`: calls are answered `not-sent` with `circuit_open`.
 * `half-open`: the next call passes, as a probe. `probing`: that call is under way; others are answered as if open.
 */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'probing';

export interface DeniedEvent {
  readonly kind: 'verification' | 'message';
  /** Masked: `+86*******8000`. */
  readonly to: string;
  readonly purpose: string | undefined;
  readonly code: SmsErrorCode;
  readonly scope: DeniedScope;
  readonly retryAfterMs: number | undefined;
}

/** What denied the call: where the message goes, the app's own check, a limit, or a limit store that is down or full. */
export type DeniedScope = 'destination' | 'screen' | 'global' | 'prefix' | 'ip' | 'phone' | 'store';

export interface AlarmEvent {
  /** The numbers that begin with it, stars for the other digits: `+861380013****`. */
  readonly prefix: string;
  /** Verifications of the window that have had time to be answered. */
  readonly starts: number;
  readonly approvals: number;
  /** Rounded down to a tenth. */
  readonly approvalRatePercent: number;
  readonly windowMs: number;
}

export interface CheckEvent {
  /** Masked: `+86*******8000`; undefined if the verification is not known. */
  readonly to: string | undefined;
  readonly purpose: string | undefined;
  /** `failed`: nobody could say. */
  readonly outcome: 'approved' | 'incorrect' | 'expired' | 'exhausted' | 'not-found' | 'failed';
  readonly durationMs: number;
}

export interface ReportEvent {
  /** The message's id, as in its receipt. */
  readonly id: string;
  readonly kind: 'message' | 'verification';
  /** What a verification is for; undefined for messages. */
  readonly purpose: string | undefined;
  /** Whose report it is. */
  readonly provider: string;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  /** What this report says; an earlier one may have said more. */
  readonly reported: ReportedState;
  readonly reason: UndeliveredReason | undefined;
  /** The vendor's own code or status. */
  readonly providerCode: string | undefined;
  /** When it happened, in milliseconds since 1970, if the vendor says. */
  readonly at: number | undefined;
  /** Where the message stands, over all reports and providers. */
  readonly state: MessageState;
}

export interface ResolvedEvent {
  /** The message's id, as in its receipt. */
  readonly id: string;
  readonly kind: 'message' | 'verification';
  /** What a verification is for; undefined for messages. */
  readonly purpose: string | undefined;
  /** At which provider. */
  readonly provider: string;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  readonly outcome: 'accepted' | 'not-sent';
  /** What has settled it. */
  readonly by: 'report' | 'lookup';
}

export interface InboundEvent {
  /** Through whose account it came. */
  readonly provider: string;
  /** Masked: `+86*******8000`; empty if it came from no phone, such as a short code. */
  readonly from: string;
  /** Our number, short code or sender name that the person wrote to, as the vendor writes it. */
  readonly to: string;
  readonly text: string;
  /** Whether the person wants no messages any more, or wants them again. It has been kept already. */
  readonly optOut: 'stop' | 'start' | undefined;
  /** The vendor's id of the message. */
  readonly reference: string | undefined;
  /** When it was sent, in milliseconds since 1970, if the vendor says. */
  readonly at: number | undefined;
  /**
   * The phone in E.164, for an answer; what is no phone, as the vendor writes it. Not enumerable: neither
   * `JSON.stringify` nor a logger shows it.
   */
  readonly phone: string;
}

type ListenersOfEvents = { readonly [Name in keyof SmsEvents]: Listeners<SmsEvents[Name]> };

const listenersOf = <Name extends keyof SmsEvents>(name: Name): Listeners<SmsEvents[Name]> =>
  new Listeners(warnOfListener(`the event "${name}"`));

/** Hands events to listeners. A listener that throws changes nothing: neither the call nor the other listeners. */
export class EventHub {
  readonly #listeners: ListenersOfEvents = {
    attempt: listenersOf('attempt'),
    settled: listenersOf('settled'),
    circuit: listenersOf('circuit'),
    denied: listenersOf('denied'),
    alarm: listenersOf('alarm'),
    check: listenersOf('check'),
    report: listenersOf('report'),
    resolved: listenersOf('resolved'),
    inbound: listenersOf('inbound'),
  };

  /** Of every event there is. */
  readonly names: readonly string[] = Object.keys(this.#listeners);

  has(name: PropertyKey): boolean {
    return Object.hasOwn(this.#listeners, name);
  }

  /** Whether the event has listeners: without any it need not be made. */
  hasListeners(name: keyof SmsEvents): boolean {
    return !this.#listeners[name].isEmpty;
  }

  on<Name extends keyof SmsEvents>(name: Name, listener: (event: SmsEvents[Name]) => void): Disposable {
    const listeners: Listeners<SmsEvents[Name]> = this.#listeners[name];
    return { [Symbol.dispose]: listeners.add(listener) };
  }

  emit<Name extends keyof SmsEvents>(name: Name, event: SmsEvents[Name]): void {
    const listeners: Listeners<SmsEvents[Name]> = this.#listeners[name];
    listeners.emit(event);
  }
}

import type {
  CallContext,
  CheckOutcome,
  OutboundMessage,
  SendOutcome,
  SmsProvider,
  VerificationCheck,
  VerificationStart,
} from '@polysms/core/provider-kit';
import type { Capabilities } from '../../options.js';
import type { Alter } from '../memory-subject.js';

/** A provider that breaks one rule, the suite that must find it and what that must say. */
export interface WrongProvider {
  readonly name: string;
  readonly suite: string;
  readonly says: RegExp;
  readonly alter: Alter;
  readonly capabilities?: Capabilities;
}

type Send = SmsProvider['send'];
type Start = (request: VerificationStart, context: CallContext) => Promise<SendOutcome>;
type Check = (request: VerificationCheck, context: CallContext) => Promise<CheckOutcome>;

/** Alters `send()` only; `right` is the correct one. */
export function sending(
  send: (right: Send, message: OutboundMessage, context: CallContext) => Promise<SendOutcome>,
): Alter {
  return (right) => ({ ...right, send: (message, context) => send(right.send, message, context) });
}

/** Alters `start()` only; `right` is the correct one. */
export function starting(
  start: (right: Start, request: VerificationStart, context: CallContext) => Promise<SendOutcome>,
): Alter {
  return (right) => {
    const { verification } = right;
    if (verification === null) throw new Error('Only a provider with verification can be altered so.');
    return { ...right, verification: { ...verification, start: (...call) => start(verification.start, ...call) } };
  };
}

/** Alters `check()` only; `right` is the correct one. */
export function checking(
  check: (right: Check, request: VerificationCheck, context: CallContext) => Promise<CheckOutcome>,
): Alter {
  return (right) => {
    const { verification } = right;
    if (verification === null) throw new Error('Only a provider with verification can be altered so.');
    return { ...right, verification: { ...verification, check: (...call) => check(verification.check, ...call) } };
  };
}

/** Changes what `send()` returns. */
export function answering(change: (outcome: SendOutcome, message: OutboundMessage) => SendOutcome): Alter {
  return sending(async (right, message, context) => change(await right(message, context), message));
}

export function mapTexts(message: OutboundMessage, map: (text: string) => string): OutboundMessage {
  if (message.kind === 'text') return { ...message, text: map(message.text) };
  return { ...message, params: message.params.map((param) => ({ ...param, value: map(param.value) })) };
}

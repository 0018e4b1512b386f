import {
  type CallContext,
  configurationInvalid,
  deadlineAfter,
  type IssuedVerification,
} from '@polysms/core/provider-kit';
import type { Bench } from './bench.js';
import { demand, demandEqual } from './demand.js';
import type { Capabilities } from './options.js';
import { patienceMs, settle } from './settle.js';
import { describeOutcome, type Outcome } from './well-formed.js';

/** One of the calls that a provider answers, in a form that all suites can make. */
export interface Operation {
  /** For titles and messages: `send() of a text`. */
  readonly name: string;
  readonly method: 'send' | 'start' | 'check';
  /** What it takes to make the call: a check needs a code that has been sent. */
  prepare(bench: Bench): Promise<(context: CallContext) => Promise<Outcome>>;
}

/** The operations that a provider has. */
export interface Operations {
  readonly all: readonly Operation[];
  /** Those that end with a message on a phone. */
  readonly sending: readonly [Operation, ...Operation[]];
}

/** @throws SmsError `configuration_invalid` if there are none */
export function operationsOf(capabilities: Capabilities): Operations {
  const [first, ...rest] = [
    ...(capabilities.text ? [sendOperation('text')] : []),
    ...(capabilities.template ? [sendOperation('template')] : []),
    ...(capabilities.verification ? [startOperation] : []),
  ];
  if (first === undefined) {
    throw configurationInvalid(
      'describeSmsProvider(): capabilities: expected at least one of text, template and verification to be true; declare what the provider does.',
    );
  }
  const sending = [first, ...rest] as const;
  return { sending, all: capabilities.verification ? [...sending, checkOperation] : sending };
}

function sendOperation(kind: 'text' | 'template'): Operation {
  return {
    name: `send() of a ${kind}`,
    method: 'send',
    prepare: async (bench) => (context) => bench.subject.provider.send(bench.message(kind), context),
  };
}

const startOperation: Operation = {
  name: 'start()',
  method: 'start',
  prepare: async (bench) => (context) => verificationOf(bench).start({ id: 'message-1', to: bench.recipient }, context),
};

const checkOperation: Operation = {
  name: 'check()',
  method: 'check',
  prepare: async (bench) => {
    const { code, reference } = await startVerification(bench);
    return (context) => verificationOf(bench).check({ to: bench.recipient, code, reference }, context);
  },
};

/** A context for calls that should succeed long before their deadline. */
export function ample(): CallContext {
  return { deadline: deadlineAfter(patienceMs) };
}

export function verificationOf(bench: Bench): IssuedVerification {
  const { verification } = bench.subject.provider;
  demand(
    verification !== null && verification !== undefined,
    'The provider has no verification',
    'implement start() and check(), or declare capabilities.verification false',
  );
  return verification;
}

/** A code that has been sent, and how the vendor names that. */
export interface StartedVerification {
  readonly code: string;
  readonly reference: string | undefined;
}

/** Has a code sent, and returns it as the phone shows it. */
export async function startVerification(bench: Bench, to = bench.recipient): Promise<StartedVerification> {
  const before = (await bench.received()).length;
  const outcome = await settle('start()', () => verificationOf(bench).start({ id: 'message-1', to }, ample()));
  demand(
    outcome.outcome === 'accepted',
    `start() ended ${describeOutcome(outcome)} where nothing was wrong`,
    'read the answer of the vendor to a start, and see that the environment takes the request',
  );
  const messages = (await bench.received()).slice(before);
  const [message] = messages;
  demandEqual(
    messages.length,
    1,
    `Phones received ${messages.length} messages from one start()`,
    'ask the vendor once for each start()',
  );
  demand(
    message?.kind === 'verification' && message.to === to.e164,
    'The recipient has not received a code from start()',
    'pass the number of each call on as the vendor wants it, and let received() show the code',
  );
  return { code: message.code, reference: outcome.reference };
}

/** A code of the same form that is wrong. */
export function wrongCode(code: string): string {
  return code.replaceAll(/\d/gu, (digit) => String((Number(digit) + 5) % 10)).replaceAll(/[a-z]/giu, 'X');
}

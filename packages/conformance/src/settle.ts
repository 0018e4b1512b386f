import type { CheckOutcome, SendOutcome } from '@polysms/core';
import { smsErrorCodes } from '@polysms/core';
import { demand, reject } from './demand.js';

export type Outcome = SendOutcome | CheckOutcome;

/** How long anything may take that has no deadline to end it. Below the usual time limit of a test, 2 or 5 s. */
export const patienceMs = 1500;

/**
 * Makes a call and returns its outcome.
 * Fails the test if the call throws, is not settled in time or has an outcome that the contract does not know.
 */
export async function settle<Result extends Outcome>(
  name: string,
  call: () => Promise<Result>,
  withinMs: number = patienceMs,
): Promise<Result> {
  const end = await inTime(call, withinMs);
  switch (end.status) {
    case 'late':
      return reject(
        `${name} had not settled ${withinMs} ms after it began`,
        'listen to context.deadline.onEnd(), end the request yourself when it calls, and answer with unknown or not-sent',
      );
    case 'rejected':
      return reject(
        `${name} rejected with ${describeValue(end.error)}`,
        'a provider never throws for a failure; catch it where it happens and return the outcome that it means',
      );
    case 'fulfilled':
      demandWellFormed(name, end.value);
      return end.value;
  }
}

type End<Value> =
  | { readonly status: 'fulfilled'; readonly value: Value }
  | { readonly status: 'rejected'; readonly error: unknown }
  | { readonly status: 'late' };

/**
 * Waits for a promise, but not for ever. The timer is set before the call, so a test machine that stands still
 * for a moment runs the provider's own, earlier timer first and does not make a punctual provider late.
 */
export function inTime<Value>(call: () => Value | PromiseLike<Value>, withinMs: number): Promise<End<Value>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ status: 'late' }), withinMs);
    const settled = (end: End<Value>) => {
      clearTimeout(timer);
      resolve(end);
    };
    // Inside then(), a synchronous throw is a rejection as well.
    Promise.resolve()
      .then(call)
      .then(
        (value) => settled({ status: 'fulfilled', value }),
        (error: unknown) => settled({ status: 'rejected', error }),
      );
  });
}

const judgements = ['approved', 'incorrect', 'expired', 'exhausted'];
const known = ['accepted', 'refused', 'not-sent', 'unknown', ...judgements];

function demandWellFormed(name: string, outcome: Outcome): void {
  demand(
    typeof outcome === 'object' && outcome !== null && known.includes(outcome.outcome),
    `${name} returned ${describeValue(outcome)}, which is no outcome`,
    `return an object whose outcome is one of ${known.join(', ')}`,
  );
  switch (outcome.outcome) {
    case 'accepted':
      demand(
        outcome.reference === undefined || (typeof outcome.reference === 'string' && outcome.reference !== ''),
        `${name} was accepted with the reference ${describeValue(outcome.reference)}`,
        "turn the vendor's id into a text that is not empty, or leave the reference out",
      );
      return;
    case 'incorrect':
      demand(
        outcome.checksLeft === undefined || (Number.isInteger(outcome.checksLeft) && outcome.checksLeft >= 0),
        `${name} was incorrect with ${describeValue(outcome.checksLeft)} checks left`,
        'make checksLeft a whole number, 0 or more, or leave it out',
      );
      return;
    case 'approved':
    case 'expired':
    case 'exhausted':
      return;
    case 'refused':
    case 'not-sent':
    case 'unknown':
      demandWellFormedFailure(name, outcome);
  }
}

function demandWellFormedFailure(name: string, outcome: Outcome & { readonly code: unknown }): void {
  demand(
    smsErrorCodes.some((code) => code === outcome.code),
    `${name} failed with the code ${describeValue(outcome.code)}`,
    "use a code of smsErrorCodes, 'unrecognized_provider_code' for what you do not know, and put the vendor's own into providerCode",
  );
  demand(
    'message' in outcome && typeof outcome.message === 'string' && outcome.message.trim() !== '',
    `${name} failed without a message`,
    'say what went wrong in a sentence for a developer',
  );
  demand(
    !('providerCode' in outcome) || outcome.providerCode === undefined || typeof outcome.providerCode === 'string',
    `${name} failed with a providerCode that is no text`,
    "turn the vendor's code into a text with String()",
  );
  const retryAfterMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined;
  demand(
    retryAfterMs === undefined || (typeof retryAfterMs === 'number' && retryAfterMs >= 0 && retryAfterMs < Infinity),
    `${name} failed with the retryAfterMs ${describeValue(retryAfterMs)}`,
    'make it a number of milliseconds, 0 or more, or leave it out',
  );
}

/** An outcome in a sentence. */
export function describeOutcome(outcome: Outcome): string {
  return 'code' in outcome ? `${outcome.outcome} (${outcome.code})` : outcome.outcome;
}

function describeValue(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? String(value));
}

import type { LookupOutcome } from '../contract/lookup.js';
import type { CheckOutcome, SendOutcome, Unknown } from '../contract/outcomes.js';
import { reportedStates, undeliveredReasons } from '../contract/provider-events.js';
import { smsErrorCodes } from '../errors/error-codes.js';
import { TransportError, transportCodeOf, withoutMessage } from '../errors/foreign-error.js';
import { safeProviderCode } from '../errors/shown-name.js';
import { longestDelayMs } from '../provider-kit/deadline.js';
import { oneOf, priceOf, unknown } from '../provider-kit/outcomes.js';

/** What a call answers: `send` and `start` the first kind, `check` the second, `find` the third. */
export type CallKind = 'send' | 'check' | 'lookup';

const codes: ReadonlySet<unknown> = new Set(smsErrorCodes);

/**
 * What a provider answered, as plain data; `unknown` if that is no outcome of this kind of call.
 *
 * A provider is somebody else's code, and may pass on whatever its vendor has sent. So every field is read once, here,
 * and is of its type from here on: nothing that comes later can throw, or read something else. Of the cause only what is
 * safe is kept.
 */
export function readOutcome<Outcome extends SendOutcome | CheckOutcome | LookupOutcome>(
  kind: CallKind,
  value: Outcome,
): Outcome | Unknown {
  let read: SendOutcome | CheckOutcome | LookupOutcome | undefined;
  try {
    read = outcomeOf(kind, value);
  } catch {
    // A getter or a proxy that throws.
  }
  const noOutcome = 'The provider answered with something that is no outcome: a bug in the provider.';
  return (read as Outcome | undefined) ?? unknown('invalid_response', noOutcome);
}

function outcomeOf(kind: CallKind, value: unknown): SendOutcome | CheckOutcome | LookupOutcome | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { outcome, ...fields } = value as Readonly<Record<string, unknown>>;
  switch (outcome) {
    case 'accepted': {
      if (kind !== 'send') return undefined;
      const reference = textOf(fields['reference']);
      const references = listOf(fields['references']);
      const segments = numberOf(fields['segments']);
      const price = priceOf(fields['price']);
      // One shape for what almost every answer is.
      if (references === undefined && segments === undefined && price === undefined) {
        return reference === undefined ? { outcome } : { outcome, reference };
      }
      return {
        outcome,
        ...(reference === undefined ? {} : { reference }),
        ...(references === undefined ? {} : { references }),
        ...(segments === undefined ? {} : { segments: Math.floor(segments) }),
        ...(price === undefined ? {} : { price }),
      };
    }
    case 'approved':
    case 'expired':
    case 'exhausted':
      return kind === 'check' ? { outcome } : undefined;
    case 'incorrect': {
      if (kind !== 'check') return undefined;
      const checksLeft = numberOf(fields['checksLeft']);
      return checksLeft === undefined ? { outcome } : { outcome, checksLeft: Math.floor(checksLeft) };
    }
    case 'found':
      return kind === 'lookup' ? foundOf(fields) : undefined;
    case 'absent':
    case 'inconclusive':
      return kind === 'lookup' ? { outcome } : undefined;
    case 'refused':
    case 'not-sent':
    case 'unknown':
      return failureOf(outcome, fields);
    default:
      return undefined;
  }
}

function foundOf(fields: Readonly<Record<string, unknown>>): LookupOutcome {
  const reference = textOf(fields['reference']);
  const state = oneOf(reportedStates, fields['state']);
  const reason = oneOf(undeliveredReasons, fields['reason']);
  const providerCode = safeProviderCode(textOf(fields['providerCode']));
  const { at } = fields;
  const segments = numberOf(fields['segments']);
  const price = priceOf(fields['price']);
  return {
    outcome: 'found',
    ...(reference === undefined ? {} : { reference }),
    ...(state === undefined ? {} : { state }),
    ...(reason === undefined ? {} : { reason }),
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(typeof at === 'number' && Number.isFinite(at) ? { at } : {}),
    ...(segments === undefined ? {} : { segments: Math.floor(segments) }),
    ...(price === undefined ? {} : { price }),
  };
}

function failureOf(outcome: 'refused' | 'not-sent' | 'unknown', fields: Readonly<Record<string, unknown>>) {
  const { code, message, cause } = fields;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  const providerCode = textOf(fields['providerCode']);
  const retryAfterMs = numberOf(fields['retryAfterMs']);
  return {
    outcome,
    // One that nobody knows is treated like a vendor's own, whatever it says.
    code: codes.has(code) ? (code as (typeof smsErrorCodes)[number]) : ('unrecognized_provider_code' as const),
    message: message.replaceAll(/\s+/gu, ' '),
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(retryAfterMs === undefined || outcome === 'unknown' ? {} : { retryAfterMs }),
    ...(cause === undefined ? {} : { cause: safeCauseOf(cause) }),
  };
}

/** Vendors number their codes and references. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

function listOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.flatMap((each: unknown) => textOf(each) ?? []) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(value, longestDelayMs) : undefined;
}

/** The transport of the kit has made its causes safe itself. Of any other only its kind, code and places are kept. */
function safeCauseOf(cause: unknown): Error {
  if (cause instanceof TransportError) return cause;
  const code = transportCodeOf(cause);
  return code === undefined ? withoutMessage(cause) : Object.assign(withoutMessage(cause), { code });
}

import {
  configurationInvalid,
  type LookupInconclusive,
  type MessageAbsent,
  type NotSent,
  notSent,
  parseOptions,
  type Refused,
  refused,
  smsErrorCodes,
  type Unknown,
  unknown,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';

/** The calls that a mock answers. */
export type MockOperation = 'send' | 'start' | 'check' | 'lookup';

/** How a scripted call ends. `'hang'` never answers: the call ends as `unknown` when its deadline does. */
export type ScriptedOutcome = 'hang' | ScriptedFailure | ScriptedLookup | ScriptedThrow;

/**
 * A failure to answer with. Without a code it is `provider_unavailable` for `refused`, `network_error` for `not-sent`
 * and `timeout` for `unknown`; the message has a default as well.
 */
export type ScriptedFailure =
  | ({ readonly outcome: 'refused' } & Partial<Omit<Refused, 'outcome'>>)
  | ({ readonly outcome: 'not-sent' } & Partial<Omit<NotSent, 'outcome'>>)
  | ({ readonly outcome: 'unknown' } & Partial<Omit<Unknown, 'outcome'>>);

/**
 * A look-up that finds nothing, whatever the vendor has taken: `absent` as from a list that is late, or `inconclusive`. For
 * the operation `lookup`.
 */
export type ScriptedLookup = MessageAbsent | LookupInconclusive;

/** Breaks the contract on purpose: the call rejects with the value, as that of a provider with a bug does. */
export interface ScriptedThrow {
  readonly throws: unknown;
}

/** Which calls a fault applies to. */
export interface FailOptions {
  /** Matching calls that succeed before the fault begins. Default 0. */
  readonly after?: number | undefined;
  /** Matching calls that fail. Default 1; `Infinity` for all from then on. */
  readonly times?: number | undefined;
  /** Only calls of this operation. Default: `send`, `start` and `check`; look-ups, which apps make by themselves, fail only if named. */
  readonly operation?: MockOperation | undefined;
  /**
   * Whether the vendor did its work and only the answer was lost: the message is received, or the code judged.
   * Default false. Not for `refused` and `not-sent`, which say that nothing was sent.
   */
  readonly delivered?: boolean | undefined;
}

/** What a call meets. */
export type Fault =
  | { readonly kind: 'hang'; readonly delivered: boolean }
  | { readonly kind: 'throws'; readonly delivered: boolean; readonly error: unknown }
  | { readonly kind: 'lookup'; readonly delivered: false; readonly answer: ScriptedLookup }
  | { readonly kind: 'failure'; readonly delivered: boolean; readonly failure: Refused | NotSent | Unknown };

interface Rule {
  readonly operation: MockOperation | undefined;
  readonly fault: Fault;
  after: number;
  times: number;
}

/**
 * The faults to come. A rule counts every matching call from the moment it is added.
 * When several apply to a call the oldest one takes it, and the others keep waiting.
 */
export class FaultScript {
  #rules: Rule[] = [];

  add(outcome: ScriptedOutcome, options: FailOptions): void {
    const { after, times, operation, delivered } = parseOptions('fail()', optionsSchema, options);
    this.#rules.push({ after, times, operation, fault: faultOf(outcome, delivered, operation) });
  }

  next(operation: MockOperation): Fault | undefined {
    let fault: Fault | undefined;
    for (const rule of this.#rules) {
      if (rule.operation === undefined ? operation === 'lookup' : rule.operation !== operation) continue;
      if (rule.after > 0) rule.after -= 1;
      else if (fault === undefined) {
        fault = rule.fault;
        rule.times -= 1;
      }
    }
    this.#rules = this.#rules.filter((rule) => rule.times > 0);
    return fault;
  }

  clear(): void {
    this.#rules = [];
  }
}

const operations = ['send', 'start', 'check', 'lookup'] as const satisfies readonly MockOperation[];
const count = 'expected a whole number of calls, 0 or more';
const times = 'expected a whole number of calls, 1 or more, or Infinity';

const optionsSchema = v.strictObject(
  {
    after: v.optional(v.pipe(v.number(count), v.integer(count), v.minValue(0, count)), 0),
    times: v.optional(
      v.pipe(
        v.number(times),
        v.check((value) => value === Number.POSITIVE_INFINITY || Number.isInteger(value), times),
        v.minValue(1, times),
      ),
      1,
    ),
    operation: v.optional(
      v.picklist(operations, 'expected send, start, check or lookup; leave it out for all but lookup'),
    ),
    delivered: v.optional(v.boolean('expected true or false'), false),
  },
  'expected an object with after, times, operation and delivered only',
);

const text = v.optional(v.string('expected a string'));
const milliseconds = 'expected milliseconds, 0 or more';

const failureSchema = v.strictObject(
  {
    outcome: v.picklist(['refused', 'not-sent', 'unknown'], 'expected refused, not-sent or unknown'),
    code: v.optional(v.picklist(smsErrorCodes, `expected an SmsErrorCode: one of ${smsErrorCodes.join(', ')}`)),
    message: text,
    providerCode: text,
    retryAfterMs: v.optional(v.pipe(v.number(milliseconds), v.minValue(0, milliseconds))),
    cause: v.optional(v.unknown()),
  },
  'expected a refused, not-sent or unknown outcome, the word hang, or { throws: error }',
);

function faultOf(outcome: ScriptedOutcome, delivered: boolean, operation: MockOperation | undefined): Fault {
  if (outcome === 'hang') return { kind: 'hang', delivered };
  if (typeof outcome === 'object' && outcome !== null && 'throws' in outcome) {
    return { kind: 'throws', delivered, error: outcome.throws };
  }
  if (isScriptedLookup(outcome)) {
    if (operation === 'lookup') return { kind: 'lookup', delivered: false, answer: Object.freeze({ ...outcome }) };
    throw configurationInvalid(
      `fail(): expected the operation lookup, since only a look-up is answered ${outcome.outcome}; add { operation: 'lookup' }.`,
    );
  }
  const failure = failureOf(outcome);
  if (delivered && failure.outcome !== 'unknown') {
    throw configurationInvalid(
      'fail(): expected delivered to be false, since a refused or not-sent message is never delivered; use an unknown outcome.',
    );
  }
  return { kind: 'failure', delivered, failure };
}

function isScriptedLookup(outcome: ScriptedFailure | ScriptedLookup): outcome is ScriptedLookup {
  return outcome?.outcome === 'absent' || outcome?.outcome === 'inconclusive';
}

function failureOf(scripted: ScriptedFailure): Refused | NotSent | Unknown {
  const { outcome, code, message, ...details } = parseOptions('fail()', failureSchema, scripted);
  switch (outcome) {
    case 'refused':
      return refused(code ?? 'provider_unavailable', message ?? 'The mock was told to refuse this call.', details);
    case 'not-sent':
      return notSent(code ?? 'network_error', message ?? 'The mock was told not to send this call.', details);
    case 'unknown':
      return unknown(code ?? 'timeout', message ?? 'The mock was told to lose the answer to this call.', details);
  }
}

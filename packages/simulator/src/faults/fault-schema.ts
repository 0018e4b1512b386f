import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { checked } from '../checked.js';
import type { FaultCall } from '../control/contract.js';
import type { Dialect } from '../dialect.js';
import { delay, numberFrom, objectOf, required, wholeNumber } from '../schema-parts.js';
import { type Fault, type FaultSchedule, hitsConnection, hitsReports } from './faults.js';

const moments = ['before-reading', 'after-reading', 'after-processing', 'while-answering'] as const;
const withConnect = ['on-connect', ...moments] as const;
const momentExpected = `must be one of ${moments.join(', ')}`;
const withConnectExpected = `must be one of ${withConnect.join(', ')}`;

const text = v.string('must be a string');
const headerValue = v.pipe(
  text,
  v.regex(/^[\t\u0020-\u007e]*$/u, 'must be the value of a header, in ASCII'),
  v.maxLength(8_192, 'must have at most 8192 characters'),
);
const contentType = v.optional(headerValue);
const headersExpected =
  'must be an object of headers by name, such as { "Retry-After": "3" }, without Content-Length and Transfer-Encoding';
const headers = v.optional(
  v.pipe(
    v.custom<Record<string, string>>(hasHeaderNames, headersExpected),
    v.record(v.string(), headerValue, headersExpected),
  ),
);
const words = v.optional(v.pipe(text, v.maxLength(65_536, 'must have at most 65536 characters')));
const processed = v.optional(v.boolean('must be true or false'));
const httpStatus = wholeNumber(200, 599);

const ofFault = objectOf('a fault of this kind');

function kind<const Kind extends string, const Entries extends v.ObjectEntries>(name: Kind, entries: Entries) {
  return v.strictObject({ kind: v.literal(name), ...entries }, ofFault);
}

const faultSchema: v.GenericSchema<unknown, Fault> = v.variant(
  'kind',
  [
    kind('drop', { when: required(v.picklist(withConnect, withConnectExpected)) }),
    kind('reset', { when: required(v.picklist(withConnect, withConnectExpected)) }),
    kind('hang', { when: required(v.picklist(moments, momentExpected)) }),
    kind('delay', { delayMs: required(delay) }),
    kind('http', { httpStatus: required(httpStatus), body: v.optional(text), contentType, headers, processed }),
    kind('content-type', { contentType }),
    kind('status', { status: required(wholeNumber(0, 99_999)), error: words }),
    kind('html', { httpStatus: v.optional(httpStatus), processed }),
    kind('truncated', {}),
    kind('answer', { name: required(v.string('must be the name of one of the vendor’s answers, a string')) }),
    kind('rate-limit', {}),
    kind('balance', {}),
    kind('report-lost', {}),
    kind('report-late', { delayMs: required(delay) }),
    kind('report-twice', {}),
    kind('reports-reversed', {}),
    kind('report-contradicted', {}),
  ],
  'must be one of drop, reset, hang, delay, http, content-type, status, html, truncated, answer, rate-limit, balance, ' +
    'report-lost, report-late, report-twice, reports-reversed, report-contradicted',
);

/** Looks at what was given, not at what was parsed: parsing leaves a key such as `__proto__` out without a word. */
function hasHeaderNames(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  const isName = (name: string) => /^[\w!#$%&'*+.^`|~-]{1,256}$/u.test(name) && name !== '__proto__';
  return (
    names.length <= 64 && names.every((name) => isName(name) && !/^(?:content-length|transfer-encoding)$/iu.test(name))
  );
}

const shareExpected = 'must be a share above 0 and at most 1';

const scheduleSchema = v.strictObject(
  {
    after: v.optional(numberFrom(0, 'must be a whole number of requests, from 0 up')),
    times: v.optional(numberFrom(1, 'must be a whole number of requests from 1 up, or infinite')),
    probability: v.optional(
      v.pipe(
        v.number(shareExpected),
        v.check((share) => share > 0 && share <= 1, shareExpected),
      ),
    ),
    endpoint: v.optional(v.string('must be a string')),
  },
  objectOf('the schedule (after, times, probability, endpoint)'),
);

const callSchema = v.strictObject(
  {
    vendor: v.optional(v.string('must be a string')),
    fault: required(faultSchema),
    when: v.optional(scheduleSchema, {}),
  },
  objectOf('the call (vendor, fault, when)'),
);

/** What a dialect must tell for its faults to be checked. */
type Faulty = Pick<Dialect, 'vendor' | 'endpoints' | 'answers'> & {
  readonly answersNumbers: boolean;
  readonly reports: boolean;
};

/** A checked call. */
export interface CheckedFault {
  readonly vendor: string | null;
  readonly fault: Fault;
  readonly when: FaultSchedule;
}

/**
 * Checks what `fail` or the control API was given.
 *
 * @throws SmsError `configuration_invalid` naming every wrong field
 */
export function parseFault(call: unknown, dialects: readonly Faulty[]): CheckedFault {
  const parsed: Required<FaultCall> | FaultCall = checked('fail()', callSchema, call);
  const { vendor, fault, when = {} } = parsed;
  const concerned = vendor === undefined ? dialects : dialects.filter((dialect) => dialect.vendor === vendor);
  const problem =
    concerned.length === 0
      ? `vendor: must be one of ${dialects.map((dialect) => dialect.vendor).join(', ')}`
      : (endpointProblem(fault, when, concerned) ?? faultProblem(fault, concerned));
  if (problem !== undefined) throw configurationInvalid(`fail(): ${problem}`);
  return { vendor: vendor ?? null, fault, when };
}

function endpointProblem(fault: Fault, when: FaultSchedule, dialects: readonly Faulty[]): string | undefined {
  if (when.endpoint === undefined) return undefined;
  if (hitsConnection(fault)) return 'when.endpoint: a connection has no endpoint yet; leave it out with on-connect.';
  if (hitsReports(fault)) return 'when.endpoint: a report has no endpoint; leave it out.';
  const endpoints = dialects.flatMap((dialect) => dialect.endpoints);
  return endpoints.includes(when.endpoint) ? undefined : `when.endpoint: must be one of ${endpoints.join(', ')}`;
}

function faultProblem(fault: Fault, dialects: readonly Faulty[]): string | undefined {
  if (fault.kind === 'status' && !dialects.some((dialect) => dialect.answersNumbers)) {
    return 'fault.kind: the statuses of this vendor are no numbers; use { "kind": "answer", "name": … }';
  }
  if (hitsReports(fault) && !dialects.some((dialect) => dialect.reports)) {
    return 'fault.kind: this vendor sends no reports';
  }
  if (fault.kind !== 'answer') return undefined;
  const names = dialects.flatMap((dialect) => dialect.answers.map((answer) => answer.name));
  return names.includes(fault.name) ? undefined : `fault.name: must be one of ${names.join(', ')}`;
}

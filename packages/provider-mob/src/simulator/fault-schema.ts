import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { mobEndpoints } from './endpoints.js';
import { type FaultSchedule, hitsConnection, type MobFault } from './faults.js';
import { numberFrom, objectOf, required, wholeNumber } from './settings-schema.js';

const moments = ['before-reading', 'after-reading', 'after-processing', 'while-answering'] as const;
const withConnect = ['on-connect', ...moments] as const;
const momentExpected = `must be one of ${moments.join(', ')}`;
const withConnectExpected = `must be one of ${withConnect.join(', ')}`;

const contentType = v.optional(
  v.pipe(v.string('must be a string'), v.regex(/^[\t\u0020-\u007e]*$/u, 'must be the value of a header, in ASCII')),
);

const delay = wholeNumber(0, 2_147_483_647, 'must be a whole number of milliseconds from 0 up, at most 24 days');

const ofFault = objectOf('a fault of this kind');

const faultSchema: v.GenericSchema<unknown, MobFault> = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('drop'), when: required(v.picklist(withConnect, withConnectExpected)) }, ofFault),
    v.strictObject({ kind: v.literal('reset'), when: required(v.picklist(withConnect, withConnectExpected)) }, ofFault),
    v.strictObject({ kind: v.literal('hang'), when: required(v.picklist(moments, momentExpected)) }, ofFault),
    v.strictObject({ kind: v.literal('delay'), delayMs: required(delay) }, ofFault),
    v.strictObject(
      {
        kind: v.literal('http'),
        httpStatus: required(wholeNumber(200, 599)),
        body: v.optional(v.string('must be a string')),
        contentType,
        processed: v.optional(v.boolean('must be true or false')),
      },
      ofFault,
    ),
    v.strictObject({ kind: v.literal('content-type'), contentType }, ofFault),
    v.strictObject(
      {
        kind: v.literal('status'),
        status: required(wholeNumber(0, 99_999)),
        error: v.optional(v.string('must be a string')),
      },
      ofFault,
    ),
  ],
  'must be one of drop, reset, hang, delay, http, content-type, status',
);

const scheduleSchema = v.strictObject(
  {
    after: v.optional(numberFrom(0, 'must be a whole number of requests, from 0 up')),
    times: v.optional(numberFrom(1, 'must be a whole number of requests from 1 up, or infinite')),
    endpoint: v.optional(v.picklist(mobEndpoints, `must be one of ${mobEndpoints.join(', ')}`)),
  },
  objectOf('the schedule (after, times, endpoint)'),
);

const callSchema = v.strictObject(
  { fault: required(faultSchema), when: v.optional(scheduleSchema, {}) },
  objectOf('the call (fault, when)'),
);

/**
 * Checks what `fail` or the control endpoint was given.
 *
 * @throws SmsError `configuration_invalid` naming every wrong field
 */
export function parseFault(call: unknown): { readonly fault: MobFault; readonly when: FaultSchedule } {
  // Not `parseOptions`: it hides every value that was passed, for fear of credentials. Here are none.
  const parsed = v.safeParse(callSchema, call);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'the call'}: ${issue.message}`);
    throw configurationInvalid(`fail(): ${problems.join('; ')}`);
  }
  const { fault, when } = parsed.output;
  if (hitsConnection(fault) && when.endpoint !== undefined) {
    throw configurationInvalid(
      'fail(): when.endpoint: a connection has no endpoint yet; leave it out with on-connect.',
    );
  }
  return { fault, when };
}

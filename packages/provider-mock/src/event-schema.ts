import { type ProviderEvent, type ReportedState, reportedStates, undeliveredReasons } from '@polysms/core/provider-kit';
import * as v from 'valibot';

const stateMessage = `expected one of ${reportedStates.join(', ')}`;
const reasonMessage = `expected one of ${undeliveredReasons.join(', ')}`;
const name = v.pipe(v.string('expected a string'), v.nonEmpty('expected a string that is not empty'));
const moment = 'expected milliseconds since 1970';
const segments = 'expected a whole number of segments, 1 or more';

export const stateSchema = v.picklist(reportedStates, stateMessage);
export const atSchema = v.pipe(v.number(moment), v.minValue(0, moment));
export const segmentsSchema = v.pipe(v.number(segments), v.integer(segments), v.minValue(1, segments));
export const priceSchema = v.strictObject(
  {
    amount: v.pipe(v.string('expected a string'), v.regex(/^\d+(\.\d+)?$/, 'expected a decimal number such as 0.0075')),
    currency: v.pipe(v.string('expected a string'), v.regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as USD')),
  },
  'expected an object with amount and currency only',
);
/** What a report may say besides its state. */
export const reportEntries = {
  reason: v.optional(v.picklist(undeliveredReasons, reasonMessage)),
  providerCode: v.optional(name),
  at: v.optional(atSchema),
  segments: v.optional(segmentsSchema),
  price: v.optional(priceSchema),
};
/** What an inbound message is. */
export const inboundEntries = {
  reference: v.optional(name),
  from: v.pipe(v.string('expected a string'), v.regex(/^\+\d{5,15}$/, 'expected a phone number in E.164')),
  to: name,
  text: v.string('expected a string'),
  at: v.optional(atSchema),
  optOut: v.optional(v.picklist(['stop', 'start'], 'expected stop or start; leave it out for neither')),
};

const reportSchema = v.pipe(
  v.object({
    kind: v.literal('report'),
    id: v.optional(name),
    reference: v.optional(name),
    to: v.optional(inboundEntries.from),
    // Whoever tells a status that nobody knows has the message at least.
    state: v.pipe(
      v.string(),
      v.transform((state): ReportedState => (v.is(stateSchema, state) ? state : 'queued')),
    ),
    ...reportEntries,
  }),
  v.check(({ id, reference }) => id !== undefined || reference !== undefined),
);
const inboundSchema = v.object({ kind: v.literal('inbound'), ...inboundEntries });

const eventsSchema = v.array(v.variant('kind', [reportSchema, inboundSchema]));

/** The events in the body of a request; undefined if it holds anything else. */
export function readEvents(body: Uint8Array): readonly ProviderEvent[] | undefined {
  try {
    // Fatal, since a text with replaced bytes is not what the person wrote.
    const written = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const parsed = v.safeParse(eventsSchema, JSON.parse(written), { abortEarly: true });
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { checked } from '../checked.js';
import { objectOf } from '../schema-parts.js';

/** The longest that a request may wait, in milliseconds. */
export const maxWaitMs = 600_000;

const digits = (expected: string) => v.pipe(v.string(), v.regex(/^\d{1,12}$/u, expected), v.transform(Number));
const id = v.pipe(v.string(), v.regex(/^\d{1,12}$/u, 'must be an id, a whole number'));
const limit = digits('must be a whole number of entries');
const waitExpected = `must be a whole number of milliseconds, at most ${maxWaitMs}`;

/** A plus sign that the caller did not escape arrives as a space. */
const phone = v.pipe(
  v.string(),
  v.transform((text) => asPhone(text)),
);

const entries = {
  to: v.optional(phone),
  vendor: v.optional(v.string()),
  after: v.optional(id),
  limit: v.optional(limit),
  wait: v.optional(v.pipe(digits(waitExpected), v.maxValue(maxWaitMs, waitExpected))),
};

/** The query of `GET /api/messages`. */
export const messagesQuery = v.strictObject(entries, objectOf('this query (to, vendor, after, limit, wait)'));

/** The query of `GET /api/requests`. */
export const requestsQuery = v.strictObject(
  { vendor: entries.vendor, after: entries.after, limit: entries.limit },
  objectOf('this query (vendor, after, limit)'),
);

/** @throws SmsError `configuration_invalid` naming every wrong parameter */
export function parseQuery<Schema extends v.GenericSchema>(schema: Schema, query: unknown): v.InferOutput<Schema> {
  return checked('the query', schema, query);
}

/** A phone from a path or a query, with the plus sign that a caller left out or did not escape. */
export function asPhone(text: string): string {
  const number = text.trim();
  return number.startsWith('+') ? number : `+${number}`;
}

/** The newest so many, or of those after an id the first so many. */
export function limited<Entry>(
  all: readonly Entry[],
  query: { readonly limit?: number | undefined; readonly after?: string | undefined },
): readonly Entry[] {
  if (query.limit === undefined) return all;
  if (query.after !== undefined) return all.slice(0, query.limit);
  return query.limit === 0 ? [] : all.slice(-query.limit);
}

/** What a request body holds. Nothing at all is undefined. */
export function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw configurationInvalid('The body must be JSON.');
  }
}

import * as v from 'valibot';

// Parts of the schemas of the kit’s own options, and of dialects’ settings.

/** Whole numbers, with the word that JSON lacks: the string "Infinity" stands for the number. */
export function numberFrom(minimum: number, expected: string) {
  return v.pipe(
    v.union(
      [
        v.number(),
        v.pipe(
          v.literal('Infinity'),
          v.transform(() => Number.POSITIVE_INFINITY),
        ),
      ],
      expected,
    ),
    v.check(
      (value) => value >= minimum && (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY),
      expected,
    ),
  );
}

/** A whole number between two others, both included. */
export function wholeNumber(
  minimum: number,
  maximum: number,
  expected = `must be a whole number from ${minimum} to ${maximum}`,
) {
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(minimum, expected), v.maxValue(maximum, expected));
}

/** A delay, as long as Node's timers can hold. */
export const delay = wholeNumber(0, 2_147_483_647, 'must be a whole number of milliseconds from 0 up, at most 24 days');

/** For `strictObject`: the one message has to serve for a value of another type and for a key too many. */
export function objectOf(what: string): (issue: { readonly expected: string | null }) => string {
  return (issue) => (issue.expected === 'never' ? `is no field of ${what}` : `must be an object with ${what}`);
}

/**
 * A field that must be there. `strictObject` would report a missing one with the message of the whole object;
 * null as its default makes the field itself say what it expects.
 */
export function required<Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(schema, null as never);
}

/**
 * An object whose names the caller chooses. Unlike `record`, which leaves them out without a word, it refuses the names
 * that JavaScript has for its own.
 */
export function recordOf<Name extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  name: Name,
  value: Value,
  expected: string,
) {
  return v.pipe(
    v.custom<Record<v.InferInput<Name>, v.InferInput<Value>>>(
      (given) => typeof given !== 'object' || given === null || reserved.every((each) => !Object.hasOwn(given, each)),
      `must have no name called ${reserved.join(', ')}`,
    ),
    v.record(name, value, expected),
  );
}

const reserved = ['__proto__', 'constructor', 'prototype'];

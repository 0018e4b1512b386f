import * as v from 'valibot';
import { issuePath } from './config-section.js';
import { isPlainObject, protoKeyProblem } from './config-values.js';

// What more than one part of the schema is made of.

export const dayMs = 86_400_000;

/** The limits are written in words: long numbers are shortened in errors, since they may be phone numbers. */
export function wholeNumber(least: number, most: number, expected: string) {
  const message = `must be a whole number of ${expected}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

export const whole = (least: number, most: number, expected: string) => v.optional(wholeNumber(least, most, expected));

export const text = (message: string) => v.pipe(v.string(message), v.nonEmpty(message));

export const texts = (message: string) => v.array(text(message), message);

/** An object of values by names that the user chooses. */
export function byName<Value extends v.GenericSchema>(
  value: Value,
  message: string,
  name: v.GenericSchema<string, string> = v.string(),
) {
  // Lazy, to see the input: v.record hands on, and looks at, everything but __proto__.
  return v.lazy((input) =>
    v.pipe(
      v.custom<Record<string, unknown>>(isPlainObject, message),
      v.record(name, value),
      v.rawCheck(({ addIssue }) => {
        if (!isPlainObject(input) || !Object.hasOwn(input, '__proto__')) return;
        addIssue({ message: protoKeyProblem, path: issuePath(input, ['__proto__']) });
      }),
    ),
  );
}

const countryRule = 'must be a list of ISO 3166-1 alpha-2 codes in capitals, such as CN';
const callingCodeRule = 'must be a list of calling codes in digits without a plus, such as 86';
const notEmpty = 'must not be empty; leave it out';

export const countries = v.optional(
  v.pipe(v.array(v.pipe(v.string(countryRule), v.regex(/^[A-Z]{2}$/, countryRule)), countryRule), v.nonEmpty(notEmpty)),
);

export const callingCodes = v.optional(
  v.pipe(
    v.array(v.pipe(v.string(callingCodeRule), v.regex(/^[1-9]\d{0,2}$/, callingCodeRule)), callingCodeRule),
    v.nonEmpty(notEmpty),
  ),
);

import * as v from 'valibot';
import { isBroken } from '../errors/shown-name.js';

// What the schemas of options are made of. They check, and change nothing: defaults are filled in afterwards, so that a
// configuration is checked by the same schemas and handed on as it was written.

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The limits are written in words: long numbers are shortened in errors, since they may be phone numbers. */
export function wholeNumber(min: number, max: number, expected: string) {
  const message = `must be a whole number of ${expected}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

export const text = (message: string) => v.pipe(v.string(message), v.nonEmpty(message));

export const texts = (message: string) => v.array(text(message), message);

const howToMakeOne = 'make one with: openssl rand -base64 32';

/** A secret under which something is kept. */
export function secret(expected: string) {
  return v.pipe(
    v.string(`${expected}; ${howToMakeOne}`),
    v.minLength(32, `must have at least 32 characters; ${howToMakeOne}`),
    // In UTF-8 one half character is the same as any other: the secret would be weaker than it looks.
    v.check((each) => !isBroken(each), `must be whole characters; ${howToMakeOne}`),
  );
}

/** An object of options, of any class. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object as JSON makes it. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** An object with these options and no others. */
export function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.custom<Record<string, unknown>>(isObject, 'must be an object'), v.strictObject(entries));
}

/** Either of two forms, told apart by a look: a union would hide where inside one of them the mistake is. */
export function either<One extends v.GenericSchema, Other extends v.GenericSchema>(
  isOne: (input: unknown) => boolean,
  one: One,
  other: Other,
) {
  return v.lazy<v.GenericSchema<unknown, v.InferOutput<One> | v.InferOutput<Other>>>((input) =>
    isOne(input) ? one : other,
  );
}

/** An object with these options, or false. */
export function sectionOrFalse<Schema extends v.GenericSchema>(schema: Schema, message: string) {
  return either(isObject, schema, v.literal(false, message));
}

/** `v.record` loses them without a word, as does most code that copies an object. */
const lostNames = ['__proto__', 'prototype', 'constructor'];

/** What is wrong with such a name. */
export const lostNameProblem = 'is not a name that can be used';

/** An object of values by names that the user chooses. */
export function byName<Value extends v.GenericSchema>(
  value: Value,
  message: string,
  name: v.GenericSchema<string, string> = v.string(),
) {
  return v.pipe(
    v.custom<Record<string, unknown>>(isObject, message),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const lost = lostNames.filter((each) => Object.hasOwn(dataset.value, each));
      for (const each of lost) addIssue({ message: lostNameProblem, path: pathTo(dataset.value, each) });
    }),
    v.record(name, value),
  );
}

/** Where inside a value an issue of Valibot is. */
export function pathTo(input: object, ...keys: readonly (string | number)[]): [v.ObjectPathItem] {
  // Valibot shows a path by its keys alone; the values on the way are of no use to anybody.
  const items = keys.map((key) => ({ type: 'object', origin: 'value', input, key: String(key) }));
  return items as unknown as [v.ObjectPathItem];
}

/** Whether a host, as the URL parser writes it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    // The URL parser has already brought other spellings of an IPv4 address to four decimal numbers.
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

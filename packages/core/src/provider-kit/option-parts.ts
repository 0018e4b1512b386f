import * as v from 'valibot';
import { longestDelayMs } from './deadline.js';
import { pathTo } from './schema-parts.js';

// Parts of the schemas of providers' options. The credentials of two vendors differ only in their names.

/** The option `id` of an account: its name in routes, errors and events. @param byDefault the name of the vendor */
export function accountId(byDefault: string) {
  const expected = 'must be 1 to 64 letters, digits, dots, dashes or underscores';
  return v.optional(v.pipe(v.string('must be a string'), v.regex(/^[\w.-]{1,64}$/, expected)), byDefault);
}

/** A credential in ASCII without spaces. @param what it is, such as `the auth token` */
export function credential(what: string) {
  return matching(/^[\x21-\x7e]+$/, `must be ${what}, a string without spaces`);
}

/** A text of a form. @param expected what it must be, as a sentence that begins with `must be` */
export function matching(form: RegExp, expected: string) {
  return v.pipe(v.string(expected), v.regex(form, expected));
}

/** A time in milliseconds. */
export function milliseconds() {
  const expected = 'must be a whole number of milliseconds, at least 1';
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(1, expected), v.maxValue(longestDelayMs, expected));
}

/** What is wrong with an option beside others. */
export type OptionProblem<Options> = readonly [option: keyof Options & string, problem: string];

/** Checks how options go together, once each is of its type: an action in the pipe of their schema. */
export function together<Options extends object>(problems: (options: Options) => readonly OptionProblem<Options>[]) {
  return v.rawCheck<Options>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [option, message] of problems(dataset.value)) {
      addIssue({ message, path: pathTo(dataset.value, option) });
    }
  });
}

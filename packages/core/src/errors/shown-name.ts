/** Characters of a name that a message shows. A name may be a text of megabytes. */
const longestName = 64;

/** Names listed in a message at most, so that a mistake with a large object stays readable. */
const longestList = 20;

/** What a name looks like that is shown as it is. */
const plain = /^[\w$.-]{1,128}$/;

/** A name that stands in errors, events and logs, or on a phone: 1 to 64 characters, all of which can be seen. */
export const visibleName = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u;

/** What a terminal or a log would obey instead of showing it: line ends, control characters, marks that turn text around. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Surrogate}]/gu;

/**
 * A name that somebody else chose (a field, an id, an option), for a message, an event or a log. What is written like
 * a name is shown as it is; all else is quoted and cut, so that it can neither forge a line nor fill a disk.
 */
export function shownName(name: unknown): string {
  const text = typeof name === 'object' || typeof name === 'function' ? typeof name : String(name);
  return plain.test(text) ? text : quotedName(text);
}

/** {@link shownName}, always in quotes: where a name stands in the middle of a sentence, and may be an empty one. */
export function quotedName(name: string): string {
  const shown = name.length > longestName ? `${name.slice(0, longestName)}…` : name;
  return escaped(JSON.stringify(shown));
}

/** Several of them, shown by {@link shownName} unless told otherwise; at most twenty. */
export function listOfNames(names: Iterable<unknown>, show: (name: string) => string = shownName): string {
  const all = [...names];
  const shown = all
    .slice(0, longestList)
    .map((name) => show(String(name)))
    .join(', ');
  return all.length > longestList ? `${shown} and ${all.length - longestList} more` : shown;
}

/** A text in which everything can be seen, as JSON would write it. */
export function escaped(text: string): string {
  // Fast, for nearly every text: a flood makes errors by the thousand.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replaceAll(unseen, (character) => character.split('').map(asEscape).join(''));
}

function asEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Follows the name of a text that is not well-formed: half of a surrogate pair would arrive as a question mark. */
export const brokenText = 'holds half a character, such as half an emoji; cut texts between characters';

/** Whether it is a string that is not well-formed. */
export function isBroken(text: unknown): boolean {
  return typeof text === 'string' && !text.isWellFormed();
}

const digit = String.raw`(?:\p{Nd}|%3\d)`;
/** Spaces, dots, slashes, every kind of dash, what is invisible, and percent-encoded signs. */
const separators = String.raw`(?:[\s().\-/_\p{Pd}\p{Cf}]|%2[0-9a-f]){0,3}`;
const longNumber = new RegExp(String.raw`\+?${digit}(?:${separators}${digit}){6,}`, 'giu');

/**
 * Shortens every run of seven or more digits to its last two; a few separators do not end a run.
 * A backstop: messages are written without phone numbers, but a vendor or the author of a provider may slip.
 */
export function redactDigits(text: string): string {
  return text.replaceAll(longNumber, (digits) => `***${digits.slice(-2)}`);
}

/** No vendor's code is longer. A longer text may be a whole answer. */
const longestCode = 128;

/** A vendor's code as it may be shown. Providers in JavaScript may give a number, null, or a phone number. */
export function safeProviderCode(code: unknown): string | undefined {
  return code === undefined || code === null ? undefined : redactDigits(escaped(String(code).slice(0, longestCode)));
}

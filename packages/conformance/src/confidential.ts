import { inspect } from 'node:util';

/** Something that no outcome may show. */
export interface Confidential {
  readonly what: 'a credential' | 'the code' | 'the text' | 'the phone number';
  readonly value: string;
}

/** What was shown, and where: `message`, `cause.config.url`. */
export interface Leak {
  readonly what: Confidential['what'];
  readonly where: string;
}

/** Looks for confidential values in everything that can be reached from `value`, and in what a log would show of it. */
export function findLeak(value: unknown, confidential: readonly Confidential[]): Leak | undefined {
  for (const { where, text } of shownBy(value)) {
    const leak = confidential.find((candidate) => shows(text, candidate));
    if (leak !== undefined) return { what: leak.what, where };
  }
  return undefined;
}

interface Shown {
  readonly where: string;
  readonly text: string;
}

function* shownBy(value: unknown): Generator<Shown> {
  yield* textsIn(value, '', new Set());
  const options = { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity };
  yield { where: 'inspection', text: inspect(value, { ...options, breakLength: Infinity }) };
  yield { where: 'JSON', text: toJson(value) };
}

/** Every text and number inside a value, hidden properties and bytes included. */
function* textsIn(value: unknown, where: string, seen: Set<object>): Generator<Shown> {
  if (typeof value === 'string') yield { where, text: value };
  else if (typeof value === 'number' || typeof value === 'bigint') yield { where, text: String(value) };
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Uint8Array) {
    yield { where, text: new TextDecoder().decode(value) };
    return;
  }
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) yield* textsIn(entry, where, seen);
  }
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    const name = typeof key === 'symbol' ? (key.description ?? 'symbol') : key;
    yield { where: `${where} (a key)`, text: name };
    if (descriptor !== undefined && 'value' in descriptor) {
      yield* textsIn(descriptor.value, where === '' ? name : `${where}.${name}`, seen);
    }
  }
}

function toJson(value: unknown): string {
  const seen = new Set<object>();
  const text = JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (seen.has(inner)) return undefined;
    seen.add(inner);
    return inner;
  });
  return text ?? '';
}

function shows(text: string, { what, value }: Confidential): boolean {
  switch (what) {
    case 'a credential':
      return formsOf(value).some((form) => text.includes(form));
    case 'the text':
      return [value, encodeURIComponent(value), new URLSearchParams({ value }).toString().slice('value='.length)].some(
        (form) => text.includes(form),
      );
    case 'the phone number':
      return text.replaceAll(/(?<=\d)[\s().-]+(?=\d)/gu, '').includes(value);
    case 'the code':
      return wordsOf(text).has(value);
  }
}

/** How a credential is written in URLs, forms and headers. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/**
 * The words of a text. A code is short, so it only counts as a word of its own,
 * and neither as the place of a stack frame (`file.js:12:34`) nor as the port of an address.
 */
function wordsOf(text: string): ReadonlySet<string> {
  const places = /:\d+:\d+\b|(?:\d+\.\d+\.\d+\.\d+|localhost|\]):\d+/gu;
  return new Set(text.replaceAll(places, '').split(/[^\p{L}\p{N}]+/u));
}

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
  const bytes = bytesOf(value);
  if (bytes !== undefined) {
    yield { where, text: new TextDecoder().decode(bytes) };
    return;
  }
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) yield* textsIn(entry, where, seen);
  }
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    const name = typeof key === 'symbol' ? (key.description ?? 'symbol') : key;
    yield { where: `${where} (a key)`, text: name };
    if (descriptor !== undefined) {
      yield* textsIn(readProperty(descriptor, value), where === '' ? name : `${where}.${name}`, seen);
    }
  }
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

/** What a reader of the property gets; nothing from a getter that throws. */
function readProperty(descriptor: PropertyDescriptor, owner: object): unknown {
  if (descriptor.get === undefined) return descriptor.value;
  try {
    return Reflect.apply(descriptor.get, owner, []);
  } catch {
    return undefined;
  }
}

/** What JSON shows of a value; nothing if it cannot be written as JSON at all. */
function toJson(value: unknown): string {
  const seen = new Set<object>();
  const onceEach = (_: string, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (seen.has(inner)) return undefined;
    seen.add(inner);
    return inner;
  };
  try {
    return JSON.stringify(value, onceEach) ?? '';
  } catch {
    return '';
  }
}

function shows(text: string, { what, value }: Confidential): boolean {
  switch (what) {
    case 'a credential':
      return [...writtenForms(value), ...bytesForms(value)].some((form) => text.includes(form));
    case 'the text':
      return writtenForms(value).some((form) => text.includes(form));
    case 'the phone number':
      return text.replaceAll(/(?<=\d)[\s().-]+(?=\d)/gu, '').includes(value);
    case 'the code':
      return wordsOf(text).has(value);
  }
}

/** How a text is written in URLs, forms and JSON. */
function writtenForms(text: string): readonly string[] {
  const inUrl = encodeURIComponent(text);
  const inForm = new URLSearchParams({ text }).toString().slice('text='.length);
  const inLowerCase = (encoded: string) => encoded.replaceAll(/%[\dA-F]{2}/gu, (byte) => byte.toLowerCase());
  const inJson = JSON.stringify(text).slice(1, -1);
  const inAscii = inJson.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [text, inUrl, inLowerCase(inUrl), inForm, inLowerCase(inForm), inJson, inAscii];
}

/** How a credential is written in headers, whatever stands before and after it: `Basic base64(user:secret)`. */
function bytesForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((offset) => {
    const written = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Only the characters that depend on the secret alone.
    return written.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const base64url = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [hex, hex.toUpperCase(), ...base64, ...base64url];
}

/**
 * The words of a text. A code is short, so it only counts as a word of its own,
 * and neither as the place of a stack frame (`file.js:12:34`) nor as the port of an address.
 */
function wordsOf(text: string): ReadonlySet<string> {
  const places = /:\d+:\d+\b|(?:\d+\.\d+\.\d+\.\d+|localhost|\]):\d+/gu;
  return new Set(text.replaceAll(places, '').split(/[^\p{L}\p{N}]+/u));
}

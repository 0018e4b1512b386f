import { redactDigits } from './shown-name.js';

/** Whether a value is an error, of this realm or another one: in Jest and in `node:vm` the classes differ. */
export function isError(value: unknown): value is Error {
  try {
    if (value instanceof Error) return true;
    const { name, message, stack } = Object(value) as Partial<Record<keyof Error, unknown>>;
    return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
  } catch {
    // A getter or a proxy that throws.
    return false;
  }
}

/**
 * The kind of a thrown value, for messages: the name of its class and nothing else. What was thrown is somebody
 * else's: its message may hold a credential, its name anything, and reading either may throw.
 */
export function errorKind(error: unknown): string {
  try {
    const name: unknown = error instanceof Error || isError(error) ? error.name : typeof error;
    return typeof name === 'string' && isErrorName(name) ? name : 'Error';
  } catch {
    return 'Error';
  }
}

/** Whether a name is one of a class, and not something with a code or a number in it: `Http2Error`, not `Code184130`. */
export function isErrorName(name: string): boolean {
  return /^[A-Za-z_]\w{0,39}$/.test(name) && !/(?:\d.*){4}/.test(name);
}

const maxFrames = 3;
const longestPath = 300;

/** The first line of a stack, up to the message: `TypeError [ERR_INVALID_ARG_TYPE]: `. */
const header = /^[\w$.]*(?: \[\w+\])?(?:: )?/;

/** A frame of a file: the words before the location may be the name of a function, which an app can make of anything. */
const frame =
  /^ {4}at (?:.* \()?(?:async )?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^\p{C}]+?)(?:[?#][^\p{C}]*)?:(\d+):(\d+)\)?$/u;

/**
 * Where a thrown value was made, for warnings: files and lines, the innermost first, and nothing else. Undefined if it
 * does not say. A stack begins with the message, which may hold a credential and look like a frame itself; a stack
 * whose message has been changed since tells nothing, since nobody knows how far its message goes.
 */
export function errorPlace(error: unknown): string | undefined {
  try {
    const { stack, message } = Object(error) as Readonly<Record<string, unknown>>;
    if (typeof stack !== 'string' || typeof message !== 'string') return undefined;
    const start = (header.exec(stack)?.[0].length ?? 0) + message.length;
    if (!stack.startsWith(`${message}\n    at `, start - message.length)) return undefined;
    const places = stack.slice(start).split('\n', 20).flatMap(placeOf).slice(0, maxFrames);
    return places.length === 0 ? undefined : places.join(', ');
  } catch {
    return undefined;
  }
}

function placeOf(line: string): string[] {
  const [, path = '', row, column] = (line.length <= 2 * longestPath && frame.exec(line)) || [];
  const isFile = path !== '' && path.length <= longestPath && !line.includes('eval at ');
  return isFile ? [`${redactDigits(path)}:${row}:${column}`] : [];
}

/**
 * What is safe to keep of an error that somebody else's code threw: its name and the places in the code.
 * Its message may hold a credential, a code or a phone number; so may everything else that hangs on it.
 */
export function withoutMessage(error: unknown): Error {
  const copy = new Error('The message is withheld, since it may hold a credential.');
  copy.name = isError(error) ? errorKind(error) : 'Error';
  copy.stack = [`${copy.name}: ${copy.message}`, ...stackFrames(error)].join('\n');
  return copy;
}

const anyFrame = /^ {4}at .*(?::\d+:\d+\)?|\(<anonymous>\)|\(native\)|\(index \d+\))$/;

function stackFrames(error: unknown): readonly string[] {
  try {
    if (!isError(error)) return [];
    // A message can have lines that look like frames: it is cut off first, then frames are taken from the end.
    const lines = (error.stack ?? '').replace(error.message, '').split('\n');
    return lines.slice(lines.findLastIndex((line) => !anyFrame.test(line)) + 1);
  } catch {
    // A getter of the error threw; then there is nothing to keep.
    return [];
  }
}

/**
 * What the operating system, TLS or undici called a failure: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. Safe to
 * show: it is a word in capitals, and nothing else of the cause is looked at. Undefined if the cause has none.
 */
export function transportCodeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  try {
    const { code } = cause as { readonly code?: unknown };
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? redactDigits(code) : undefined;
  } catch {
    // A getter of somebody else's error.
    return undefined;
  }
}

/** What the transport of the kit says of a failure: made of what is safe to show, and known by its class. */
export class TransportError extends Error {
  readonly code: string | undefined;

  constructor(name: string, code: string | undefined, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

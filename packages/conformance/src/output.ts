import { format } from 'node:util';
import { turnEventLoop } from './turns.js';

/** What was printed in one place. */
export interface Printed {
  /** `the console`, `stdout`, `stderr` or `a process warning`. */
  readonly where: string;
  readonly text: string;
}

type Listener = (printed: Printed) => void;

const consoleMethods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'dirxml', 'table', 'group'];

/** Calls of this module at once share what they replace, so that none puts back the replacement of another. */
const listeners = new Set<Listener>();
let putBack = () => {};

/**
 * Runs `body`, and returns what the process has printed meanwhile: with the console, to stdout and stderr, and as
 * warnings. It is printed all the same. What is written to a file descriptor without these is not seen.
 */
export async function whatIsPrinted<Value>(
  body: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly printed: readonly Printed[] }> {
  const texts = new Map<string, string>();
  // Joined, since a secret may be written in two pieces.
  const listener: Listener = ({ where, text }) => texts.set(where, (texts.get(where) ?? '') + text);
  if (listeners.size === 0) putBack = listenToProcess();
  listeners.add(listener);
  try {
    const value = await body();
    // A warning is emitted one tick after it was made.
    await turnEventLoop();
    return { value, printed: Array.from(texts, ([where, text]) => ({ where, text })) };
  } finally {
    listeners.delete(listener);
    if (listeners.size === 0) putBack();
  }
}

function listenToProcess(): () => void {
  const note = (where: string, text: string) => {
    for (const listener of listeners) listener({ where, text });
  };
  const onWarning = (warning: Error) => note('a process warning', `${format(warning)}\n`);
  process.on('warning', onWarning);
  const restore = [
    ...consoleMethods.map((method) => tap(console, method, (args) => note('the console', `${format(...args)}\n`))),
    tap(process.stdout, 'write', ([chunk]) => note('stdout', textOf(chunk))),
    tap(process.stderr, 'write', ([chunk]) => note('stderr', textOf(chunk))),
  ];
  return () => {
    process.off('warning', onWarning);
    for (const undo of restore) undo();
  };
}

/** Shows a method's arguments to `see` before it is called. */
function tap(target: object, name: string, see: (args: readonly unknown[]) => void): () => void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') return () => {};
  const own = Object.getOwnPropertyDescriptor(target, name);
  const value = function (this: unknown, ...args: readonly unknown[]): unknown {
    see(args);
    return Reflect.apply(method, this, args);
  };
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? true,
  });
  return () => {
    // Most consoles have their methods themselves, streams inherit theirs.
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, own);
  };
}

function textOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk;
  return chunk instanceof Uint8Array ? new TextDecoder().decode(chunk) : '';
}

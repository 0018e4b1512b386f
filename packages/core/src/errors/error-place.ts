import { redactDigits } from './redact-digits.js';

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

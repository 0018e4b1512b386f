import { isErrorName } from './error-kind.js';
import { isError } from './is-error.js';

/**
 * What is safe to keep of an error that somebody else's code threw: its name and the places in the code.
 * Its message may hold a credential, a code or a phone number; so may everything else that hangs on it.
 */
export function withoutMessage(error: unknown): Error {
  const copy = new Error('The message is withheld, since it may hold a credential.');
  copy.name = 'Error';
  let frames: readonly string[] = [];
  try {
    if (isError(error)) {
      if (isErrorName(error.name)) copy.name = error.name;
      frames = stackFrames(error);
    }
  } catch {
    // A getter of the error threw; then there is nothing to keep.
  }
  copy.stack = [`${copy.name}: ${copy.message}`, ...frames].join('\n');
  return copy;
}

const frame = /^ {4}at .*(?::\d+:\d+\)?|\(<anonymous>\)|\(native\)|\(index \d+\))$/;

function stackFrames(error: Error): readonly string[] {
  // A message can have lines that look like frames: it is cut off first, then frames are taken from the end.
  const lines = (error.stack ?? '').replace(error.message, '').split('\n');
  const lastOther = lines.findLastIndex((line) => !frame.test(line));
  return lines.slice(lastOther + 1);
}

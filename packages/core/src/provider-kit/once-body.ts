import { Readable } from 'node:stream';

/**
 * A body that looks as if it had been read already, so that undici never sends it twice.
 *
 * undici's retries repeat a request whose answer broke off half way, and its redirects send it elsewhere, and neither
 * tells the handler. What they never send again is a stream that has been read (`stream.isDisturbed`). A request
 * without a body has nothing to be read, so the stream says so from the beginning. Its length is known at once, so that
 * it is written as a string would be.
 */
export function onceBody(text: string | undefined): Readable {
  const stream = new Readable({ read() {} });
  if (text !== undefined) stream.push(text);
  stream.push(null);
  Object.defineProperty(stream, 'readableDidRead', { value: true });
  return stream;
}

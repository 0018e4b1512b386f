import type { IncomingMessage } from 'node:http';

/** What became of reading a body. */
export type Body =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** The caller left before its end. */
  | { readonly kind: 'aborted' };

/** How much more than the limit is read and thrown away, so that the caller can finish writing and see the answer. */
const patience = 16;

/** Reads a body. Never rejects. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else if (bytes > maxBytes * patience) resolve({ kind: 'too-large' });
    });
    request.once('end', () => {
      resolve(bytes > maxBytes ? { kind: 'too-large' } : { kind: 'read', bytes: Buffer.concat(chunks) });
    });
    request.once('error', () => resolve({ kind: 'aborted' }));
    request.once('close', () => resolve({ kind: 'aborted' }));
  });
}

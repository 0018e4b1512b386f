import { hash } from 'node:crypto';

/** The block of SHA-256, and so of HMAC. */
const blockBytes = 64;
const digestBytes = 32;

/** What fits beside the key without a buffer of its own: all that is hashed for a verification. */
const roomBytes = 1_024;
/** No character has more in UTF-8, counted in UTF-16. */
const mostBytesPerUnit = 3;

/**
 * HMAC-SHA-256 under one key (RFC 2104): the hash of the outer key and the hash of the inner key and the text.
 *
 * Node's `createHmac` makes an object outside the heap of JavaScript for each text: to make it and to collect it costs
 * twice as much as these two calls.
 */
export class HmacSha256 {
  /** The key of the inner hash, and behind it room for a text. */
  readonly #inner: Buffer;
  /** The key of the outer hash, and behind it room for the inner one. */
  readonly #outer: Buffer;

  constructor(key: Buffer) {
    const block = key.length > blockBytes ? hash('sha256', key, 'buffer') : key;
    this.#inner = padded(block, 0x36, roomBytes);
    this.#outer = padded(block, 0x5c, digestBytes);
  }

  /** Of a text in UTF-8; in base64url. */
  of(text: string): string {
    const isShort = text.length * mostBytesPerUnit <= roomBytes;
    const inner = isShort ? this.#inner : this.#innerFor(text);
    const end = blockBytes + inner.write(text, blockBytes);
    this.#outer.write(hash('sha256', inner.subarray(0, end), 'binary'), blockBytes, 'binary');
    return hash('sha256', this.#outer, 'base64url');
  }

  /** Not from the pool of small buffers, which holds what others have written: nor should it hold the key. */
  #innerFor(text: string): Buffer {
    const inner = Buffer.alloc(blockBytes + Buffer.byteLength(text));
    this.#inner.copy(inner, 0, 0, blockBytes);
    return inner;
  }
}

/** A key as long as a block, each byte changed, and room behind it. */
function padded(key: Buffer, change: number, roomAfter: number): Buffer {
  const buffer = Buffer.alloc(blockBytes + roomAfter);
  for (let index = 0; index < blockBytes; index += 1) buffer[index] = (key[index] ?? 0) ^ change;
  return buffer;
}

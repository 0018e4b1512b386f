import type { Deadline } from '../contract/deadline.js';

/** A body, or why there is none: `taken`: somebody has read it before. `broken`: the sender went away. */
export type BodyReading = Uint8Array | 'too-large' | 'too-slow' | 'taken' | 'broken';

/**
 * The bytes of a body, at most so many. Of a longer one no more is read than shows that it is too long, and nothing at
 * all if its length is announced. Never rejects.
 */
export async function readBody(request: Request, maxBytes: number, deadline: Deadline): Promise<BodyReading> {
  try {
    const length = request.headers.get('content-length');
    if (length !== null && /^\d+$/.test(length) && Number(length) > maxBytes) {
      // Tells the source; what it thinks of that changes nothing. A body that somebody else reads cannot be cancelled.
      request.body?.cancel().catch(() => {});
      return 'too-large';
    }
    if (request.bodyUsed || request.body?.locked === true) return 'taken';
    return request.body === null ? new Uint8Array() : await readStream(request.body, maxBytes, deadline);
  } catch {
    return 'broken';
  }
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  deadline: Deadline,
): Promise<BodyReading> {
  const reader = stream.getReader();
  // A read that waits is over with it.
  const cancel = () => void reader.cancel().catch(() => {});
  const stop = deadline.onEnd(cancel);
  const body = new GrowingBytes();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (deadline.ended !== undefined) return 'too-slow';
      if (done) return body.bytes;
      // An app can make a Request of a stream of anything.
      if (!(value instanceof Uint8Array)) return 'broken';
      if (body.length + value.length > maxBytes) return 'too-large';
      body.add(value);
    }
  } finally {
    stop();
    cancel();
  }
}

/** One piece of memory, so that a body which comes byte by byte takes no more of it than another. */
class GrowingBytes {
  /** Most bodies come in one chunk, which needs no copy. */
  #memory: Uint8Array | undefined;
  length = 0;

  get bytes(): Uint8Array {
    return this.#memory?.subarray(0, this.length) ?? new Uint8Array();
  }

  add(chunk: Uint8Array): void {
    const length = this.length + chunk.length;
    if (this.#memory === undefined) {
      this.#memory = chunk;
    } else {
      if (length > this.#memory.length) {
        const larger = new Uint8Array(Math.max(length, 2 * this.#memory.length, 4096));
        larger.set(this.bytes);
        this.#memory = larger;
      }
      this.#memory.set(chunk, this.length);
    }
    this.length = length;
  }
}

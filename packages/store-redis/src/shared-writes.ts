import type { RedisClient } from './redis-client.js';

/** More at once would have the server wait for the client, and the client for the server, in turns. */
const mostTogether = 12;

const ofClients = new WeakMap<RedisClient, SharedWrites>();

/** Those of a client, whichever stores ask: what one of them holds back, no other can have written. */
export function sharedWritesOf(client: RedisClient): SharedWrites {
  const known = ofClients.get(client);
  if (known !== undefined) return known;
  const writes = new SharedWrites(client);
  ofClients.set(client, writes);
  return writes;
}

/**
 * Has what is asked of the server in one turn go out in few writes: a system call for each command costs as much as
 * all that is done for it beside. Nothing waits for it: what has been asked is written before anything else is read.
 */
export class SharedWrites {
  readonly #client: RedisClient;
  /** Held back in this turn; the client may have another stream when it ends. */
  #stream: RedisClient['stream'];
  #asked = 0;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Asks the server by a command of the client, as one of those of this turn. */
  ask<Answer>(command: () => Answer): Answer {
    if (this.#stream === undefined) this.#holdBack();
    else if (this.#asked === mostTogether) this.#writeSome(this.#stream);
    this.#asked += 1;
    return command();
  }

  #holdBack(): void {
    const { stream } = this.#client;
    if (typeof stream?.cork !== 'function') return;
    this.#stream = stream;
    this.#asked = 0;
    stream.cork();
    process.nextTick(() => this.#writeAll(stream));
  }

  #writeSome(stream: NonNullable<RedisClient['stream']>): void {
    this.#asked = 0;
    stream.uncork();
    stream.cork();
  }

  #writeAll(stream: NonNullable<RedisClient['stream']>): void {
    this.#stream = undefined;
    stream.uncork();
  }
}

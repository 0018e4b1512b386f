import type { FailureOutcome } from '@polysms/core/stores';
import type { RedisClient } from './redis-client.js';
import { redisFailure } from './redis-failure.js';
import type { Script } from './script.js';

/** What is to be run, and what its failure means. */
export interface ScriptCall {
  readonly script: Script;
  /** All with the same hash tag. */
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** The store's name in messages: `verification store`. */
  readonly store: string;
  /** What is true of the message if nobody knows whether the script ran. If it did not run: `not-sent`. */
  readonly ifLost: FailureOutcome;
}

/** Runs scripts on the app's client. */
export class RedisScripts {
  readonly #client: RedisClient;
  readonly #now: (() => number) | undefined;

  constructor(client: RedisClient, now: (() => number) | undefined) {
    this.#client = client;
    this.#now = now;
  }

  /**
   * The script's answer. A script that the server does not know, after a restart or `SCRIPT FLUSH`, is sent in full;
   * nothing else is tried twice.
   *
   * @throws SmsError `store_unavailable`
   */
  async run({ script, keys, args, store, ifLost }: ScriptCall): Promise<unknown> {
    const all = [...keys, this.#now === undefined ? '' : String(Math.floor(this.#now())), ...args];
    try {
      return await this.#client.evalsha(script.sha1, keys.length, ...all).catch((error: unknown) => {
        if (!isNoScript(error)) throw error;
        return this.#client.eval(script.text, keys.length, ...all);
      });
    } catch (error) {
      throw redisFailure(error, store, ifLost);
    }
  }
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

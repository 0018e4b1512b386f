import type { FailureOutcome } from '@polysms/core/stores';
import type { RedisClient } from './redis-client.js';
import { redisFailure } from './redis-failure.js';
import type { Script } from './script.js';
import { type SharedWrites, sharedWritesOf } from './shared-writes.js';

/** What is to be run, and what its failure means. */
export interface ScriptCall {
  readonly script: Script;
  /** All with the same hash tag, unless {@link KeysLiveApart} is expected. */
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** The store's name in messages: `verification store`. */
  readonly store: string;
  /** What is true of the message if nobody knows whether the script ran. */
  readonly ifLost: FailureOutcome;
  /** What is true of it if the script did not run. Default: `not-sent`. */
  readonly ifRefused?: FailureOutcome | undefined;
}

/** Redis is a cluster, and has refused a script for keys of more than one slot. Nothing was done. */
export class KeysLiveApart extends Error {
  override readonly name = 'KeysLiveApart';
}

/** Runs scripts on the app's client. */
export class RedisScripts {
  readonly #client: RedisClient;
  readonly #now: (() => number) | undefined;
  readonly #writes: SharedWrites;
  #isCluster: boolean;

  constructor(client: RedisClient, now: (() => number) | undefined) {
    this.#client = client;
    this.#now = now;
    this.#writes = sharedWritesOf(client);
    this.#isCluster = client.isCluster === true;
  }

  /** Whether one script cannot have keys with several hash tags. Known from the client, or from the first refusal. */
  get isCluster(): boolean {
    return this.#isCluster;
  }

  /**
   * The script's answer. A script that the server does not know, after a restart or `SCRIPT FLUSH`, is sent in full;
   * nothing else is tried twice.
   *
   * @throws SmsError `store_unavailable`, or {@link KeysLiveApart} if not all keys have the same hash tag
   */
  run(call: ScriptCall): Promise<unknown> {
    const { script, keys, args } = call;
    const all = [...keys, this.#now === undefined ? '' : String(Math.floor(this.#now())), ...args];
    try {
      // One promise beside that of the client: many scripts run at once.
      return this.#writes
        .ask(() => this.#client.evalsha(script.sha1, keys.length, ...all))
        .then(undefined, (error: unknown) => this.#runInFull(error, call, all));
    } catch (error) {
      return this.#runInFull(error, call, all);
    }
  }

  async #runInFull(failure: unknown, call: ScriptCall, all: readonly string[]): Promise<unknown> {
    const { script, keys, store, ifLost, ifRefused } = call;
    try {
      if (!isNoScript(failure)) throw failure;
      return await this.#client.eval(script.text, keys.length, ...all);
    } catch (error) {
      if (error instanceof Error && /^CROSSSLOT /.test(error.message)) {
        this.#isCluster = true;
        throw new KeysLiveApart();
      }
      throw redisFailure(error, store, ifLost, ifRefused);
    }
  }
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

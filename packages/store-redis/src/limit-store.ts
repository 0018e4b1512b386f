import type { Limit, LimitStore, Taking } from '@polysms/core/stores';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { keyPart } from './key-part.js';
import { giveBackScript, lookScript, takeScript } from './limit-scripts.js';
import type { RedisScripts } from './redis-scripts.js';
import type { Script } from './script.js';
import { parsedAnswer } from './script-json.js';

/** Limits in Redis, one key for each window. */
export class RedisLimitStore implements LimitStore {
  readonly isShared = true;
  readonly #scripts: RedisScripts;
  readonly #prefix: string;
  /** One for each distinct limit; an app has a few. */
  readonly #limiters = new Map<string, RateLimiterRedis>();

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#prefix = prefix;
  }

  async look(key: string, limit: Limit): Promise<Taking> {
    const retryAfterMs = await this.#run(lookScript, this.#keyOf(key, limit), [String(limit.max)]);
    return retryAfterMs === null ? { taken: true } : { taken: false, retryAfterMs: Number(retryAfterMs) };
  }

  async take(key: string, limit: Limit): Promise<Taking> {
    try {
      await this.#limiterOf(limit).consume(this.#keyOf(key, limit));
      return { taken: true };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return { taken: false, retryAfterMs: refusal.msBeforeNext };
    }
  }

  async giveBack(key: string, limit: Limit, elapsedMs: number): Promise<void> {
    await this.#run(giveBackScript, this.#keyOf(key, limit), [String(limit.windowMs), String(elapsedMs)]);
  }

  #limiterOf({ max, windowMs }: Limit): RateLimiterRedis {
    const name = `${max}:${windowMs}`;
    const known = this.#limiters.get(name);
    if (known !== undefined) return known;
    const limiter = new RateLimiterRedis({
      storeClient: this.#clientFor(windowMs),
      keyPrefix: '',
      points: max,
      duration: windowMs / 1000,
    });
    this.#limiters.set(name, limiter);
    return limiter;
  }

  /**
   * All that the limiter needs of a client. The app's own would not do: the limiter defines a command on it, in the
   * place of the same command of an app that uses the library itself, and its script takes units that are not there.
   */
  #clientFor(windowMs: number) {
    return {
      rlflxIncr: async ([key, , , max]: readonly [string, string, string, string, string]) =>
        parsedAnswer(await this.#run(takeScript, key, [max, String(windowMs)])),
    };
  }

  #keyOf(key: string, { max, windowMs }: Limit): string {
    return `${this.#prefix}:limit:{${keyPart(key)}}:${max}:${windowMs}`;
  }

  #run(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    return this.#scripts.run({ script, keys: [key], args, store: 'limit store', ifLost: 'not-sent' });
  }
}

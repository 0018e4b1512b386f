import { keyPart, type OptOutStore } from '@polysms/core/stores';
import { hasScript, sayScript } from './opt-out-scripts.js';
import { KeysLiveApart, type RedisScripts } from './redis-scripts.js';
import type { Script } from './script.js';

/** Opt-outs in Redis, one key each, which never expires. */
export class RedisOptOutStore implements OptOutStore {
  readonly isShared = true;
  readonly #scripts: RedisScripts;
  readonly #prefix: string;

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#prefix = prefix;
  }

  async add(key: string, at: number): Promise<void> {
    await this.#run(sayScript, [key], [String(at), 'stop']);
  }

  async remove(key: string, at: number): Promise<void> {
    await this.#run(sayScript, [key], [String(at), 'start']);
  }

  async has(keys: readonly string[]): Promise<readonly boolean[]> {
    if (keys.length === 0) return [];
    if (this.#scripts.isCluster) return this.#hasApart(keys);
    try {
      return await this.#has(keys);
    } catch (error) {
      if (error instanceof KeysLiveApart) return this.#hasApart(keys);
      throw error;
    }
  }

  /** A script works on one slot of a cluster. No key depends on another, so all may be asked at once. */
  async #hasApart(keys: readonly string[]): Promise<readonly boolean[]> {
    return (await Promise.all(keys.map((key) => this.#has([key])))).flat();
  }

  async #has(keys: readonly string[]): Promise<readonly boolean[]> {
    // Anything but a plain no keeps a message from being sent.
    return Array.from(String(await this.#run(hasScript, keys, [])), (each) => each !== '0');
  }

  #run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#scripts.run({
      script,
      keys: keys.map((key) => `${this.#prefix}:opt-out:{${keyPart(key)}}`),
      args,
      store: 'opt-out store',
      ifLost: 'not-sent',
    });
  }
}

import { randomInt } from 'node:crypto';
import { keyPart, type LimitStore, type LimitUnit, type TakenUnit, type TakeResult } from '@polysms/core/stores';
import { refundScript, refundsPerKey, takeAllScript } from './limit-scripts.js';
import { KeysLiveApart, type RedisScripts } from './redis-scripts.js';
import type { Script } from './script.js';
import { parsedAnswer } from './script-json.js';

type Refusal = Extract<TakeResult, { readonly taken: false }>;

/** What the script answers. */
type Answer =
  | { readonly taken: readonly (readonly [windowId: string, number: number])[] }
  | Pick<Refusal, 'index' | 'retryAfterMs'>;

/** A unit, and its place among those that were asked for. */
interface Part {
  readonly unit: LimitUnit;
  readonly index: number;
}

interface TakenPart extends Part {
  readonly unit: TakenUnit;
}

/** Without a token the script takes nothing. */
const onlyAsk = '';

/** Limits in Redis, one key for each window. */
export class RedisLimitStore implements LimitStore {
  readonly isShared = true;
  readonly #scripts: RedisScripts;
  readonly #prefix: string;

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#prefix = prefix;
  }

  async takeAll(units: readonly LimitUnit[]): Promise<TakeResult> {
    // Short, since every window keeps one, and only the windows of one key must differ. `randomBytes` would ask the
    // system each time, which takes longer than all the rest; `randomInt` asks for many at once.
    const token = randomInt(36 ** 7).toString(36);
    const parts = units.map((unit, index) => ({ unit, index }));
    const taken = await this.#inOneSlot(
      () => this.#take(parts, token),
      () => this.#takeApart(groupsOf(parts), token),
    );
    return 'index' in taken ? taken : { taken: true, units: inOrder(taken) };
  }

  async refund(units: readonly TakenUnit[]): Promise<void> {
    await this.#inOneSlot(
      () => this.#refund(units),
      async () => {
        const groups = groupsOf(units.map((unit, index) => ({ unit, index })));
        await Promise.all(groups.map((group) => this.#refund(group.map(({ unit }) => unit))));
      },
    );
  }

  /** A script works on one slot of a cluster. A server that has refused one for that has done nothing yet. */
  async #inOneSlot<Answer>(together: () => Promise<Answer>, apart: () => Promise<Answer>): Promise<Answer> {
    if (this.#scripts.isCluster) return apart();
    try {
      return await together();
    } catch (error) {
      if (error instanceof KeysLiveApart) return apart();
      throw error;
    }
  }

  /**
   * Takes of one slot after the other, in the order of the units, and gives back if one refuses. Before, all are asked
   * whether they would: a flood that is refused then takes nothing at all.
   */
  async #takeApart(groups: readonly (readonly Part[])[], token: string): Promise<readonly TakenPart[] | Refusal> {
    const answers = await Promise.all(groups.map((group) => this.#take(group, onlyAsk)));
    const refusals = answers.flatMap((answer) => ('index' in answer ? [answer] : []));
    const [longest] = refusals.sort((one, other) => other.retryAfterMs - one.retryAfterMs || one.index - other.index);
    if (longest !== undefined) return longest;
    const taken: TakenPart[] = [];
    // What cannot be given back is lost until its window ends.
    const giveBack = () => this.refund(inOrder(taken)).catch(() => {});
    for (const group of groups) {
      try {
        const answer = await this.#take(group, token);
        if ('index' in answer) {
          await giveBack();
          return answer;
        }
        taken.push(...answer);
      } catch (error) {
        await giveBack();
        throw error;
      }
    }
    return taken;
  }

  async #take(parts: readonly Part[], token: string): Promise<readonly TakenPart[] | Refusal> {
    const keys: string[] = [];
    const args = [token];
    for (const { unit } of parts) {
      const { max, windowMs } = unit.limit;
      keys.push(this.#keyOf(unit));
      args.push(String(max), String(windowMs));
    }
    const answer = parsedAnswer(await this.#run(takeAllScript, keys, args)) as Answer;
    if ('index' in answer) return { taken: false, ...answer, index: parts[answer.index]?.index ?? -1 };
    return parts.flatMap(({ unit, index }, at) => {
      const [windowId, number] = answer.taken[at] ?? [];
      return windowId === undefined ? [] : [{ unit: { ...unit, id: `${windowId}.${number}` }, index }];
    });
  }

  async #refund(units: readonly TakenUnit[]): Promise<void> {
    const named = units.flatMap((unit) => {
      const [, windowId = '', number = ''] = /^([\w-]+)\.([1-9]\d{0,9})$/.exec(unit.id) ?? [];
      return number === '' ? [] : [{ key: this.#keyOf(unit), windowId, number }];
    });
    if (named.length === 0) return;
    const refunds = named.map(
      ({ key, windowId, number }) => `${key}:${windowId}:${Math.floor((Number(number) - 1) / refundsPerKey)}`,
    );
    const ids = named.flatMap(({ windowId, number }) => [windowId, number]);
    await this.#run(refundScript, [...named.map(({ key }) => key), ...refunds], ids);
  }

  #keyOf({ key, limit: { max, windowMs } }: LimitUnit): string {
    return `${this.#prefix}:limit:{${keyPart(key)}}:${max}:${windowMs}`;
  }

  #run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#scripts.run({ script, keys, args, store: 'limit store', ifLost: 'not-sent' });
  }
}

/** What has the same key has the same hash tag, and so one slot. */
function groupsOf<Each extends Part>(parts: readonly Each[]): readonly (readonly Each[])[] {
  const groups = new Map<string, Each[]>();
  for (const part of parts) groups.set(part.unit.key, [...(groups.get(part.unit.key) ?? []), part]);
  return [...groups.values()];
}

function inOrder(parts: readonly TakenPart[]): readonly TakenUnit[] {
  return parts.toSorted((one, other) => one.index - other.index).map(({ unit }) => unit);
}

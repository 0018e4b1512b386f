import { randomUUID } from 'node:crypto';
import { type FailureOutcome, keyHash, type MessageRecord } from '@polysms/core/stores';
import {
  addToPhoneScript,
  claimDueScript,
  expectScript,
  idsScript,
  removeScript,
  settleScript,
} from './message-index-scripts.js';
import type { RedisScripts } from './redis-scripts.js';
import type { Script } from './script.js';
import { parsedAnswer } from './script-json.js';

/**
 * Which messages are due, and which are of one phone. An index lives elsewhere than the records that it names, so it is
 * written before them and cleaned after them: it may name too much, never too little.
 */
export class MessageIndex {
  readonly #scripts: RedisScripts;
  readonly #due: string;
  readonly #phones: string;

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#due = `${prefix}:messages:{due}`;
    this.#phones = `${prefix}:messages-of`;
  }

  /** Before a record is added. */
  async adding({ id, to, dueAt }: MessageRecord, livesMs: number): Promise<void> {
    const writing = [this.#run(addToPhoneScript, [this.#keyOf(to)], [id, String(livesMs)])];
    if (dueAt !== undefined) writing.push(this.expecting(id, dueAt, 'not-sent'));
    await Promise.all(writing);
  }

  /** After a record was erased. */
  async erased(ids: readonly string[], to: string): Promise<void> {
    if (ids.length === 0) return;
    await Promise.all([this.#due, this.#keyOf(to)].map((key) => this.#run(removeScript, [key], ids, 'unknown')));
  }

  /** Before a record is written that is due. Answers what its entry is until then. */
  async expecting(id: string, dueAt: number, outcome: FailureOutcome): Promise<number> {
    return Number(await this.#run(expectScript, [this.#due], [id, String(dueAt)], outcome));
  }

  /** After a record was written: its entry is set if it is what it was seen to be. Else others know it better. */
  async settle(id: string, seen: number, dueAt: number | undefined): Promise<void> {
    if (seen === dueAt) return;
    await this.#run(settleScript, [this.#due], [id, String(seen), dueAt === undefined ? '' : String(dueAt)], 'unknown');
  }

  /** Ids that nobody else gets until then. Their records may have changed, or be gone. */
  async claim(now: number, limit: number, until: number): Promise<readonly string[]> {
    const keys = [this.#due, `${this.#due}:${randomUUID()}`];
    const answer = await this.#run(claimDueScript, keys, [now, limit, until].map(String), 'unknown');
    return parsedAnswer(answer) as readonly string[];
  }

  async ofPhone(to: string): Promise<readonly string[]> {
    return (await this.#run(idsScript, [this.#keyOf(to)], [], 'unknown')) as readonly string[];
  }

  /** The records hold the number as well; but names of keys are seen in more places. */
  #keyOf(to: string): string {
    return `${this.#phones}:{${keyHash(to)}}`;
  }

  #run(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    outcome: FailureOutcome = 'not-sent',
  ): Promise<unknown> {
    return this.#scripts.run({ script, keys, args, store: 'message store', ifLost: outcome, ifRefused: outcome });
  }
}

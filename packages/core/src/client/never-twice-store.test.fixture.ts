import { MemoryMessageStore } from '../messages/memory-message-store.js';
import type { MessageRecord, ReportEntry } from '../messages/message-record.js';
import type { Added, KeyClaim, MessageStore, Replaced } from '../messages/message-store.js';
import type { Awaitable } from '../stores/ask-store.js';
import type { StoreScript } from './never-twice-scenario.test.fixture.js';

/** A store in another process: each operation takes its time, and some fail, before or after they were done. */
export class ScriptedStore implements MessageStore {
  readonly isShared = false;
  readonly #memory = new MemoryMessageStore();
  readonly #script: StoreScript;
  /** Operations that take their time. */
  timers = 0;
  #operations = 0;

  constructor(script: StoreScript) {
    this.#script = script;
  }

  add(record: MessageRecord, keepMs: number, claim?: KeyClaim): Promise<Added> {
    return this.#do(() => this.#memory.add(record, keepMs, claim));
  }

  read(id: string): Promise<MessageRecord | undefined> {
    return this.#do(() => this.#memory.read(id));
  }

  replace(record: MessageRecord): Promise<Replaced> {
    return this.#do(() => this.#memory.replace(record));
  }

  link(provider: string, reference: string, id: string, keepMs: number): Promise<readonly ReportEntry[]> {
    return this.#do(() => this.#memory.link(provider, reference, id, keepMs));
  }

  find(provider: string, reference: string, report: ReportEntry, waitMs: number): Promise<string | undefined> {
    return this.#do(() => this.#memory.find(provider, reference, report, waitMs));
  }

  claimDue(now: number, limit: number, leaseMs: number): Promise<readonly string[]> {
    return this.#do(() => this.#memory.claimDue(now, limit, leaseMs));
  }

  isFirst(what: string, keepMs: number): Promise<boolean> {
    return this.#do(() => this.#memory.isFirst(what, keepMs));
  }

  forget(to: string): Promise<number> {
    return this.#do(() => this.#memory.forget(to));
  }

  async #do<Value>(operation: () => Awaitable<Value>): Promise<Value> {
    const { delaysMs, failures } = this.#script;
    const delayMs = delaysMs[this.#operations % delaysMs.length] ?? 0;
    const failure = failures[this.#operations % failures.length];
    this.#operations += 1;
    if (delayMs > 0) {
      this.timers += 1;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      this.timers -= 1;
    }
    if (failure === 'before') throw new Error('The store is down.');
    const value = await operation();
    if (failure === 'after') throw new Error('The connection to the store is lost.');
    return value;
  }
}

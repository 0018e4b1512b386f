import { AssertionError } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { demand } from '../demand.js';
import { sameAnswer } from './same-answer.js';
import type { SmsStores, StoresPlan, StoresUnderTest } from './stores-options.js';

/** The store of one test, with keys that no other test has used, on the same server or before. */
export class StoreBench<Store> {
  readonly store: Store;
  /** Put it before every key. */
  readonly prefix = `${randomUUID()}:`;
  readonly #under: StoresUnderTest;
  readonly #slackMs: number;
  readonly #rule: string;

  constructor(store: Store, under: StoresUnderTest, slackMs: number, rule: string) {
    this.store = store;
    this.#under = under;
    this.#slackMs = slackMs;
    this.#rule = rule;
  }

  async advance(ms: number): Promise<void> {
    await this.#under.advance(ms);
  }

  /** Moves on to the last moment of a time that has just begun. */
  async advanceAlmost(ms: number): Promise<void> {
    await this.advance(ms - this.#slackMs - 1);
  }

  /** Moves on from there to the end. */
  async advanceToEnd(): Promise<void> {
    await this.advance(this.#slackMs + 1);
  }

  /** What is left at the last moment of a time. */
  get lastMomentMs(): number {
    return this.#slackMs + 1;
  }

  /**
   * Fails the test unless a store answered as it must. Fields that end in `Ms` may be less by the slack.
   *
   * @param question what was asked: `a check with the right code`
   */
  demandAnswer(actual: unknown, expected: unknown, question: string): void {
    if (sameAnswer(actual, expected, this.#slackMs)) return;
    this.fail(`The answer to ${question}`, actual, expected);
  }

  /** How many of the answers are like this, as far as it goes. */
  demandCount(
    answers: readonly object[],
    like: Readonly<Record<string, unknown>>,
    expected: number,
    what: string,
  ): void {
    const found = answers.filter((answer) =>
      Object.entries(like).every(([name, value]) => (answer as Record<string, unknown>)[name] === value),
    );
    if (found.length === expected) return;
    this.fail(`The number of ${JSON.stringify(like)} among ${what}`, found.length, expected);
  }

  /**
   * @param what `The answer to a check`
   * @param story what led to it
   */
  fail(what: string, actual: unknown, expected: unknown, story?: string): never {
    const message = [
      `${what} was ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}.`,
      ...(story === undefined ? [] : [story]),
      `Remedy: keep this rule of the store: it ${this.#rule}.`,
    ].join('\n');
    throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual' });
  }
}

/** Runs the body of a test with a store of its own, and takes it down afterwards. */
export async function withStore<Port extends keyof SmsStores>(
  plan: StoresPlan,
  port: Port,
  rule: string,
  body: (bench: StoreBench<SmsStores[Port]>) => Promise<void>,
): Promise<void> {
  const under = await plan.create();
  const close = async () => under.close();
  try {
    const store: SmsStores[Port] | undefined = under.stores[port];
    demand(
      store !== undefined,
      `create() made no store for ${port}`,
      `let it return stores.${port}, or leave ${port} out of ports`,
    );
    await body(new StoreBench<SmsStores[Port]>(store, under, plan.slackMs, rule));
  } catch (error) {
    // What went wrong first explains what goes wrong in close().
    await close().catch(() => {});
    throw error;
  }
  await close();
}

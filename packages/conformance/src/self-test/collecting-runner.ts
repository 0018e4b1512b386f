import type { TestFunctions } from '../options.js';

/** What became of one test. */
export interface TestResult {
  /** The innermost `describe`. */
  readonly suite: string;
  readonly name: string;
  /** Why it failed; undefined if it passed. */
  readonly failure: string | undefined;
}

/** A test runner that only collects: `define` registers tests, and `run` runs them one after the other. */
export class CollectingRunner {
  readonly #suites: string[] = [];
  readonly #tests: { readonly suite: string; readonly name: string; readonly body: () => Promise<void> }[] = [];

  readonly test: TestFunctions = {
    describe: (name, body) => {
      this.#suites.push(name);
      body();
      this.#suites.pop();
    },
    it: (name, body) => {
      this.#tests.push({ suite: this.#suites.at(-1) ?? '', name, body });
    },
  };

  get titles(): readonly string[] {
    return this.#tests.map(({ suite, name }) => `${suite}: ${name}`);
  }

  /** Runs all tests, or those of one suite, up to the first failure that `until` matches. */
  async run(options: { readonly suite?: string; readonly until?: RegExp } = {}): Promise<readonly TestResult[]> {
    const results: TestResult[] = [];
    for (const { suite, name, body } of this.#tests) {
      if (options.suite !== undefined && suite !== options.suite) continue;
      const failure = await failureOf(body);
      results.push({ suite, name, failure });
      if (failure !== undefined && options.until?.test(failure) === true) break;
    }
    return results;
  }
}

async function failureOf(body: () => Promise<void>): Promise<string | undefined> {
  try {
    await body();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

import type { Attempt } from '@polysms/core';

/** What a step ended with: an outcome, and for a failure its reason. */
interface StepResult {
  readonly outcome: string;
  readonly code?: Attempt['code'];
  readonly message?: string;
  readonly cause?: unknown;
}

/** Prints steps as rows of a table, each when it is done. */
export class StepTable {
  readonly #write: (line: string) => void;
  readonly #provider: string;
  readonly #phone: string;

  /** @param phone masked */
  constructor(write: (line: string) => void, provider: string, phone: string) {
    this.#write = write;
    this.#provider = provider;
    this.#phone = phone;
    write(row('step', 'outcome', 'provider', 'duration', 'phone'));
  }

  /** Runs a step, prints its row, and below it the reason if it failed. */
  async run<Result extends StepResult>(name: string, step: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    const result = await step();
    const duration = `${(performance.now() - started).toFixed(1)} ms`;
    this.#write(row(name, result.outcome, this.#provider, duration, this.#phone));
    if (result.code !== undefined) {
      const cause = result.cause instanceof Error ? ` (${result.cause.message})` : '';
      this.#write(`  ${result.code}: ${result.message}${cause}`);
    }
    return result;
  }
}

function row(...cells: [string, string, string, string, string]): string {
  const widths = [30, 10, 10, 10, 0];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}

/**
 * Measures how late something comes, less the time in which this process was not run: on a machine with more work than
 * cores that is most of any delay, and none of it is the fault of the code under test. Stop it when the tests are done.
 */
export class LoopWatch implements Disposable {
  readonly #everyMs = 2;
  #lastTick = performance.now();
  #stalled = 0;
  readonly #timer = setInterval(() => {
    this.#stalled = this.#stalledMs();
    this.#lastTick = performance.now();
  }, this.#everyMs);

  /** To be called at the moment at which something is due. Returns how late it is, whenever that is asked. */
  due(): () => number {
    // The process may be held up between any two of these lines: in this order that counts for the code under test.
    const stalledBefore = this.#stalledMs();
    const dueAt = performance.now();
    return () => {
      const now = performance.now();
      return now - dueAt - (this.#stalledMs() - stalledBefore);
    };
  }

  /** Begins to measure for how long this process is not run. Returns the milliseconds so far, whenever that is asked. */
  stalls(): () => number {
    const stalledBefore = this.#stalledMs();
    return () => this.#stalledMs() - stalledBefore;
  }

  #stalledMs(): number {
    return this.#stalled + Math.max(0, performance.now() - this.#lastTick - this.#everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

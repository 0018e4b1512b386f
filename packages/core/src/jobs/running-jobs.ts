/** How long the engine may take to end when all jobs have ended, in milliseconds. */
const longestEndMs = 5_000;

/** The jobs that a worker has begun, for whoever builds a worker over an engine. */
export class RunningJobs {
  readonly #running = new Set<Promise<unknown>>();

  /** Counts a run for as long as it lasts. */
  during<Result>(run: Promise<Result>): Promise<Result> {
    const end = () => void this.#running.delete(run);
    this.#running.add(run);
    run.then(end, end);
    return run;
  }

  /**
   * Waits for the end of the engine, but no more than 5 seconds longer than for its jobs: an engine may wait for ever for
   * a database that hangs, or for a connection that it has given up.
   *
   * @param endMs in the place of 5 seconds, for tests
   */
  async endOf(engine: Promise<unknown>, endMs = longestEndMs): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const overdue = this.#settled().then(
      () =>
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, endMs).unref();
        }),
    );
    await Promise.race([engine.catch(() => {}), overdue]);
    clearTimeout(timer);
  }

  async #settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}

const tries = 5;

/**
 * Reads lists that events change as well. What was read while an event came may be older than the event, and would undo it:
 * it is read again. In a storm of events that never ends, the last of five readings has to do.
 */
export class Snapshots {
  readonly #settle: () => void;
  readonly #pause: () => Promise<unknown>;
  #events = 0;

  /**
   * @param settle takes what has come already, which a reading holds: after it, it would count twice
   * @param pause what passes between two readings, so that a storm does not also become one of requests
   */
  constructor(settle: () => void, pause: () => Promise<unknown>) {
    this.#settle = settle;
    this.#pause = pause;
  }

  /** Something has come. */
  note(): void {
    this.#events += 1;
  }

  async read<Answer>(load: () => Promise<Answer>): Promise<Answer> {
    for (let left = tries - 1; ; left -= 1) {
      this.#settle();
      const before = this.#events;
      const answer = await load();
      if (this.#events === before || left === 0) return answer;
      await this.#pause();
    }
  }
}

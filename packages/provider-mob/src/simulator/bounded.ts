/** How many entries are cut off at once: cutting one by one would move the whole array each time. */
const cutAtOnce = 1_000;

/** A list that keeps its newest entries: at most `limit`, at least `limit - 1000` of them. */
export class BoundedList<Entry> {
  /** The entries, newest last. Always the same array. */
  readonly entries: Entry[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    if (this.entries.length > this.#limit) this.entries.splice(0, Math.min(cutAtOnce, this.#limit));
  }

  clear(): void {
    this.entries.length = 0;
  }
}

/** A map that forgets the entry that was set longest ago once there are more than `limit`. */
export class BoundedMap<Value> {
  readonly #values = new Map<string, Value>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#limit) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}

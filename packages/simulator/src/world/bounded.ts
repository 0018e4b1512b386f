/** How many entries are cut off at once: cutting one by one would move the whole array each time. */
const cutAtOnce = 1_000;

/** A list that keeps its newest entries: at most `limit`, at least `limit - 1000` of them, unless they are too heavy. */
export class BoundedList<Entry> {
  /** The entries, newest last. Always the same array. */
  readonly entries: Entry[] = [];
  readonly #limit: number;
  readonly #maxWeight: number;
  readonly #weigh: (entry: Entry) => number;
  #weight = 0;

  /** @param heavy how much all entries may weigh together, and what one weighs; it must not change */
  constructor(limit: number, heavy?: { readonly max: number; readonly weigh: (entry: Entry) => number }) {
    this.#limit = limit;
    this.#maxWeight = heavy?.max ?? Number.POSITIVE_INFINITY;
    this.#weigh = heavy?.weigh ?? (() => 0);
  }

  /** Adds the newest, and returns what is forgotten for it. */
  add(entry: Entry): readonly Entry[] {
    this.entries.push(entry);
    this.#weight += this.#weigh(entry);
    if (this.entries.length <= this.#limit && this.#weight <= this.#maxWeight) return [];
    const count = Math.min(cutAtOnce, this.#limit, this.entries.length - 1);
    const forgotten = this.entries.splice(0, count);
    for (const each of forgotten) this.#weight -= this.#weigh(each);
    return forgotten;
  }

  clear(): void {
    this.entries.length = 0;
    this.#weight = 0;
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

import { BoundedList } from './bounded.js';

/** Something with an id that counts up from 1. */
interface Numbered {
  readonly id: string;
}

/** The newest of what is numbered, found by number. An entry is replaced by its newer self. */
export class NumberedList<Entry extends Numbered> {
  readonly #list: BoundedList<Entry>;
  #count = 0;

  constructor(...bounds: ConstructorParameters<typeof BoundedList<Entry>>) {
    this.#list = new BoundedList(...bounds);
  }

  /** Newest last. Always the same array. */
  get entries(): readonly Entry[] {
    return this.#list.entries;
  }

  /** Adds what `make` makes of the next id. */
  add<New extends Entry>(make: (id: string) => New): New {
    this.#count += 1;
    const entry = make(String(this.#count));
    this.#list.add(entry);
    return entry;
  }

  get(id: string): Entry | undefined {
    const entry = this.#list.entries[this.#indexOf(id)];
    return entry?.id === id ? entry : undefined;
  }

  /** Puts a changed entry in the place of the one with its id, unless that is forgotten. */
  replace(entry: Entry): void {
    const index = this.#indexOf(entry.id);
    if (this.#list.entries[index]?.id === entry.id) this.#list.entries[index] = entry;
  }

  /** What came after an id. */
  after(id: string | undefined): readonly Entry[] {
    if (id === undefined) return this.#list.entries;
    const index = this.#indexOf(id) + 1;
    return Number.isNaN(index) ? [] : this.#list.entries.slice(Math.max(0, index));
  }

  clear(): void {
    this.#list.clear();
    this.#count = 0;
  }

  #indexOf(id: string): number {
    return Number(id) - Number(this.#list.entries[0]?.id ?? 1);
  }
}

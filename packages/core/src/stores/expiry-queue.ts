/** Something that expires. The queue keeps its place in `position`; leave that alone. */
export interface Expiring {
  readonly expiresAt: number;
  /** Where the queue holds it; below 0 while it holds it not. */
  position: number;
}

/**
 * What expires soonest comes first: a binary heap whose entries know their places, so that any of them can be
 * removed in logarithmic time and nothing that is dead stays behind.
 */
export class ExpiryQueue<Entry extends Expiring> {
  readonly #heap: Entry[] = [];

  /** The entry that expires soonest; undefined if there is none. */
  get soonest(): Entry | undefined {
    return this.#heap[0];
  }

  add(entry: Entry): void {
    this.#raise(entry, this.#heap.length);
  }

  /** Takes an entry of this queue out. */
  remove(entry: Entry): void {
    const { position } = entry;
    entry.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    // The last entry fills the gap, and belongs further up or further down.
    this.#lower(last, position);
    this.#raise(last, last.position);
  }

  #raise(entry: Entry, from: number): void {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.expiresAt <= entry.expiresAt) break;
      this.#place(parent, position);
      position = above;
    }
    this.#place(entry, position);
  }

  #lower(entry: Entry, from: number): void {
    let position = from;
    for (;;) {
      const below = this.#soonerChild(position);
      if (below === undefined || below.expiresAt >= entry.expiresAt) break;
      const { position: next } = below;
      this.#place(below, position);
      position = next;
    }
    this.#place(entry, position);
  }

  #soonerChild(position: number): Entry | undefined {
    const left = this.#heap[2 * position + 1];
    const right = this.#heap[2 * position + 2];
    return left !== undefined && right !== undefined && right.expiresAt < left.expiresAt ? right : left;
  }

  #place(entry: Entry, position: number): void {
    this.#heap[position] = entry;
    entry.position = position;
  }
}

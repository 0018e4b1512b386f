/** Something that expires. The queue keeps its place in the other fields; leave these alone. */
export interface Expiring {
  readonly expiresAt: number;
  /** Where the queue holds it; {@link notHeld} while it does not. */
  position: number;
  earlier: Expiring | undefined;
  later: Expiring | undefined;
}

/** What an entry begins with. */
export const notHeld = -1;
const inOrder = -2;

/**
 * What expires soonest comes first, and any entry can be removed: nothing that is dead stays behind.
 *
 * Most entries live equally long, so they come in the order in which they expire: these stand in a list, at whose ends
 * nothing has to be compared. The others stand in a binary heap.
 */
export class ExpiryQueue<Entry extends Expiring> {
  #first: Entry | undefined;
  #last: Entry | undefined;
  readonly #heap: Entry[] = [];

  /** The entry that expires soonest; undefined if there is none. */
  get soonest(): Entry | undefined {
    const first = this.#first;
    const top = this.#heap[0];
    if (first === undefined || top === undefined) return first ?? top;
    return top.expiresAt < first.expiresAt ? top : first;
  }

  add(entry: Entry): void {
    const last = this.#last;
    if (last !== undefined && last.expiresAt > entry.expiresAt) {
      this.#raise(entry, this.#heap.length);
      return;
    }
    entry.position = inOrder;
    entry.earlier = last;
    if (last === undefined) this.#first = entry;
    else last.later = entry;
    this.#last = entry;
  }

  /** Takes an entry of this queue out. */
  remove(entry: Entry): void {
    const { position } = entry;
    entry.position = notHeld;
    if (position === inOrder) {
      this.#unlink(entry);
      return;
    }
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    // The last entry fills the gap, and belongs further up or further down.
    this.#lower(last, position);
    this.#raise(last, last.position);
  }

  #unlink(entry: Entry): void {
    // Only entries of this queue are linked.
    const earlier = entry.earlier as Entry | undefined;
    const later = entry.later as Entry | undefined;
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    entry.earlier = undefined;
    entry.later = undefined;
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

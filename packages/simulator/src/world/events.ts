import type { BoxEvents } from '../control/contract.js';
import { BoundedList } from './bounded.js';

/** Something that happened, for whoever watches. */
export type BoxEvent = {
  readonly [Name in keyof BoxEvents]: { readonly id: number; readonly name: Name; readonly data: BoxEvents[Name] };
}[keyof BoxEvents];

/** How many events are kept for a watcher that was away for a moment. */
const kept = 5_000;

/** Tells watchers what happens. */
export class EventHub {
  readonly #events = new BoundedList<BoxEvent>(kept);
  readonly #watchers = new Set<(event: BoxEvent) => void>();
  #count = 0;

  publish<Name extends keyof BoxEvents>(name: Name, data: BoxEvents[Name]): void {
    this.#count += 1;
    const event = { id: this.#count, name, data } as BoxEvent;
    this.#events.add(event);
    for (const watcher of this.#watchers) watcher(event);
  }

  /** The events after an id; undefined if some of them are forgotten, or the id is of another start. */
  after(id: number): readonly BoxEvent[] | undefined {
    const oldest = this.#events.entries[0]?.id ?? this.#count + 1;
    if (!Number.isSafeInteger(id) || id > this.#count || id < oldest - 1) return undefined;
    return this.#events.entries.slice(id + 1 - oldest);
  }

  /** The id of the newest event. */
  get newest(): number {
    return this.#count;
  }

  /** Calls a watcher for each event from now on; returns what ends that. */
  watch(watcher: (event: BoxEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

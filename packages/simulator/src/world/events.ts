import type { BoxEvents } from '../control/contract.js';
import { BoundedList } from './bounded.js';

/** Something that happened, for whoever watches. */
export type BoxEvent = {
  readonly [Name in keyof BoxEvents]: { readonly id: number; readonly name: Name; readonly data: BoxEvents[Name] };
}[keyof BoxEvents];

/** How many events are kept for a watcher that was away for a moment. */
const kept = 2_000;

/** How many characters the kept events have together, at most. */
const maxCharacters = 8 * 1024 * 1024;

/** How many characters one event has, at most: a heavier one is told as a reset, after which watchers read anew. */
const maxEventCharacters = 4 * 1024 * 1024;

interface KeptEvent {
  readonly event: BoxEvent;
  readonly characters: number;
}

/** Tells watchers what happens. */
export class EventHub {
  readonly #events = new BoundedList<KeptEvent>(kept, { max: maxCharacters, weigh: ({ characters }) => characters });
  readonly #watchers = new Set<(event: BoxEvent) => void>();
  #count = 0;

  publish<Name extends keyof BoxEvents>(name: Name, data: BoxEvents[Name]): void {
    this.#count += 1;
    const characters = charactersIn(data);
    const id = this.#count;
    const event = (characters > maxEventCharacters ? { id, name: 'reset', data: {} } : { id, name, data }) as BoxEvent;
    this.#events.add({ event, characters: Math.min(characters, maxEventCharacters) });
    for (const watcher of [...this.#watchers]) watcher(event);
  }

  /** The events after an id; undefined if some of them are forgotten, or the id is of another start. */
  after(id: number): readonly BoxEvent[] | undefined {
    const oldest = this.#events.entries[0]?.event.id ?? this.#count + 1;
    if (!Number.isSafeInteger(id) || id > this.#count || id < oldest - 1) return undefined;
    return this.#events.entries.slice(id + 1 - oldest).map(({ event }) => event);
  }

  /** The id of the newest event. */
  get newest(): number {
    return this.#count;
  }

  /** How many watch. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Calls a watcher for each event from now on; returns what ends that. */
  watch(watcher: (event: BoxEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** About how long it is as JSON: a number or an empty value counts as four. */
function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 4;
  let characters = 0;
  for (const [name, each] of Object.entries(value)) characters += name.length + charactersIn(each);
  return characters;
}

import type { BoxReport, ConversationEntry, FaultChange, WireRequest } from '../../../control/contract.js';

/** What the box has told: what is new, and what has changed. */
export interface News {
  readonly entries: ConversationEntry[];
  readonly reports: BoxReport[];
  readonly requests: WireRequest[];
  readonly faults: FaultChange[];
}

/** News of so long are shown together: thousands at once must not paint the page thousands of times. */
const gatheringMs = 40;

/** News that the page has got and not taken yet. */
export class GatheredNews {
  readonly #take: (news: News) => void;
  #news = nothing();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(take: (news: News) => void) {
    this.#take = take;
  }

  add<Kind extends keyof News>(kind: Kind, item: News[Kind][number]): void {
    const items: News[keyof News][number][] = this.#news[kind];
    items.push(item);
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.flush(), gatheringMs);
  }

  /** Has them taken now. */
  flush(): void {
    if (this.#timer === undefined) return;
    const news = this.#news;
    this.clear();
    this.#take(news);
  }

  /** Forgets them. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#news = nothing();
  }
}

function nothing(): News {
  return { entries: [], reports: [], requests: [], faults: [] };
}

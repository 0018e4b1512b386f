import type { EventSink, ProviderEvent, ProviderEvents } from '@polysms/core/provider-kit';

interface Listener {
  readonly sink: EventSink;
  /** Ends what is under way: nobody is left to answer it. */
  readonly ended: Promise<void>;
}

/**
 * The connections over which the mock vendor talks, as those of SMPP: each event goes to one listener, the next in turn.
 * What is not answered, since the sink rejected or its listener has gone, is kept until it is repeated.
 */
export class EventConnection implements ProviderEvents {
  readonly #ends = new Map<Listener, () => void>();
  readonly #underWay = new Set<Promise<void>>();
  /** What came while nobody listened. */
  #held: ProviderEvent[] = [];
  #unanswered = new Set<ProviderEvent>();
  #closed = false;

  /** What the vendor was not told that it has arrived, oldest first. */
  get unanswered(): readonly ProviderEvent[] {
    return Object.freeze([...this.#unanswered]);
  }

  listen(sink: EventSink): Disposable {
    if (this.#closed) return { [Symbol.dispose]: () => {} };
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const listener = { sink, ended };
    this.#ends.set(listener, end);
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#deliver(event);
    return {
      [Symbol.dispose]: () => {
        this.#ends.delete(listener);
        end();
      },
    };
  }

  push(event: ProviderEvent): void {
    this.#unanswered.add(event);
    this.#deliver(event);
  }

  /** Resolves when every event under way was answered or refused. */
  async answered(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async redeliver(): Promise<void> {
    await this.answered();
    this.#held = [];
    for (const event of this.#unanswered) this.#deliver(event);
    await this.answered();
  }

  reset(): void {
    this.#held = [];
    this.#unanswered = new Set();
  }

  close(): void {
    this.#closed = true;
    for (const end of this.#ends.values()) end();
    this.#ends.clear();
  }

  #deliver(event: ProviderEvent): void {
    const [listener] = this.#ends.keys();
    if (listener === undefined) {
      this.#held.push(event);
      return;
    }
    const end = this.#ends.get(listener) ?? (() => {});
    // To the end of the queue: the next event is another's.
    this.#ends.delete(listener);
    this.#ends.set(listener, end);
    const unanswered = this.#unanswered;
    const delivery = this.#isTaken(listener, event).then((isTaken) => {
      this.#underWay.delete(delivery);
      if (isTaken) unanswered.delete(event);
    });
    this.#underWay.add(delivery);
  }

  #isTaken({ sink, ended }: Listener, event: ProviderEvent): Promise<boolean> {
    const taken = (async () => sink(event))().then(
      () => true,
      () => false,
    );
    return Promise.race([taken, ended.then(() => false)]);
  }
}

import type { DeadlineEnd, Ending } from '../../contract/deadline.js';
import { Listeners, warnOfListener } from '../../listeners/listeners.js';

const onListenerFailure = warnOfListener('a circuit');

/** The time in which a circuit is closed, as something that ends: when it opens. */
export class ClosedTime implements Ending {
  readonly #listeners = new Listeners<DeadlineEnd>(onListenerFailure);
  #ended: DeadlineEnd | undefined;

  get ended(): DeadlineEnd | undefined {
    return this.#ended;
  }

  onEnd(listener: (reason: DeadlineEnd) => void): () => void {
    return this.#listeners.add(listener);
  }

  end(): void {
    this.#ended = 'deadline_exceeded';
    this.#listeners.emit(this.#ended);
    this.#listeners.clear();
  }
}

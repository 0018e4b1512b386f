import { type Deadline, type DeadlineEnd, type Unknown, unknown } from '@polysms/core/provider-kit';

/** Why a call ended without an answer. */
export type Interruption = DeadlineEnd | 'closed';

/** The answers under way. Holds every timer of the calls, so that closing leaves none. */
export class Answers {
  readonly #waiting = new Set<(end: Interruption) => void>();

  /** Waits for an answer that takes `latencyMs`. */
  async arrive(latencyMs: number, deadline: Deadline): Promise<'answered' | Interruption> {
    if (latencyMs === 0) return 'answered';
    return this.#wait<'answered' | Interruption>(deadline, (end) => {
      const timer = setTimeout(() => end('answered'), latencyMs);
      return () => clearTimeout(timer);
    });
  }

  /** Waits for an answer that never comes. */
  hang(deadline: Deadline): Promise<Interruption> {
    return this.#wait<Interruption>(deadline, () => () => {});
  }

  close(): void {
    for (const end of this.#waiting) end('closed');
  }

  #wait<End>(deadline: Deadline, begin: (end: (reason: End | Interruption) => void) => () => void) {
    return new Promise<End | Interruption>((resolve) => {
      const waiting = this.#waiting;
      const end = (reason: End | Interruption) => {
        stopWork();
        stopListening();
        waiting.delete(end);
        resolve(reason);
      };
      let stopListening = () => {};
      const stopWork = begin(end);
      waiting.add(end);
      // A deadline that has ended meanwhile calls back at once, before there is anything to stop.
      stopListening = deadline.onEnd(end);
    });
  }
}

/** What a call gives that ended without an answer. */
export function unanswered(interruption: Interruption): Unknown {
  switch (interruption) {
    case 'deadline_exceeded':
      return unknown('timeout', 'The mock had not answered when the deadline ended.');
    case 'aborted':
      return unknown('aborted', 'The mock had not answered when the caller ended the call.');
    case 'closed':
      return unknown('client_closed', 'The mock was closed before it answered.');
  }
}

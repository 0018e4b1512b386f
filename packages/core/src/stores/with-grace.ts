import type { Deadline } from '../contract/deadline.js';

/** What a store may still take when the call has ended, in milliseconds. */
const graceMs = 10;

/** The end of a call, a little later: for what a store must still be told when the call has ended. */
export function withGrace(deadline: Pick<Deadline, 'onEnd'>): Pick<Deadline, 'onEnd'> {
  return {
    onEnd(listener) {
      let timer: NodeJS.Timeout | undefined;
      const stop = deadline.onEnd((reason) => {
        timer = setTimeout(() => listener(reason), graceMs);
      });
      return () => {
        stop();
        clearTimeout(timer);
      };
    },
  };
}

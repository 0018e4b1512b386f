import type { SmsProvider } from '@polysms/core/provider-kit';
import { type Handling, memoryEvents, readEvent } from '../memory-events.js';
import type { Alter } from '../memory-subject.js';
import type { WrongProvider } from './wrong-provider.js';

/** Another way to treat what the vendor writes. */
function handling(handle: Handling): Alter {
  return (right, vendor) => {
    const events = memoryEvents(vendor.connections, handle);
    vendor.cleanUps.push(() => events.close());
    return {
      ...right,
      events,
      async close() {
        events.close();
        await right.close();
      },
    };
  };
}

/** Alters `events.listen()` only; `right` is the correct one. */
const listening =
  (
    listen: (right: NonNullable<SmsProvider['events']>['listen']) => NonNullable<SmsProvider['events']>['listen'],
  ): Alter =>
  (right) => ({ ...right, events: right.events && { listen: listen(right.events.listen) } });

export const wrongEvents: readonly WrongProvider[] = [
  {
    name: 'answers before the sink has the event',
    suite: 'events',
    says: /that an event has arrived before the sink had resolved/u,
    alter: handling((sink) => async (written) => {
      const event = readEvent(written);
      if (event !== undefined) void sink(event).catch(() => {});
      return true;
    }),
  },
  {
    name: 'says that an event has arrived which the sink rejects',
    suite: 'events',
    says: /that an event has arrived whose sink rejects/u,
    alter: handling((sink) => async (written) => {
      const event = readEvent(written);
      if (event !== undefined) await Promise.resolve(sink(event)).catch(() => {});
      return true;
    }),
  },
  {
    name: 'does not tell the sink what it has rejected before',
    suite: 'events',
    says: /The sink was not told an event/u,
    alter: handling((sink) => {
      const seen = new Set<string>();
      return async (written) => {
        const event = readEvent(written);
        if (event === undefined || seen.has(written)) return true;
        seen.add(written);
        return (async () => sink(event))().then(
          () => true,
          () => false,
        );
      };
    }),
  },
  {
    name: 'tells no sink',
    suite: 'events',
    says: /The sink was not told an event/u,
    alter: handling(() => async () => true),
  },
  {
    name: 'stops at an event that it cannot read',
    suite: 'events',
    says: /came after something unreadable was lost/u,
    alter: handling((sink) => {
      let isBroken = false;
      return async (written) => {
        const event = readEvent(written);
        isBroken ||= event === undefined;
        if (isBroken || event === undefined) return false;
        return (async () => sink(event))().then(
          () => true,
          () => false,
        );
      };
    }),
  },
  {
    name: 'takes every report for a delivery',
    suite: 'events',
    says: /a report with another state/u,
    alter: listening(
      (right) => (sink) => right((event) => sink(event.kind === 'report' ? { ...event, state: 'delivered' } : event)),
    ),
  },
  {
    name: 'goes on telling after it was disposed of',
    suite: 'events',
    says: /after its listener had been disposed of/u,
    alter: listening((right) => (sink) => {
      right(sink);
      return { [Symbol.dispose]: () => {} };
    }),
  },
  {
    name: 'listens only once',
    suite: 'events',
    says: /was not told/u,
    alter: listening((right) => {
      let listens = 0;
      return (sink) => {
        listens += 1;
        return listens === 1 ? right(sink) : { [Symbol.dispose]: () => {} };
      };
    }),
  },
  {
    name: 'leaves timers of its connection running',
    suite: 'events',
    says: /still open: \d+ × Timeout/u,
    alter: (right, vendor, credential) =>
      listening((listen) => (sink) => {
        // Many, since timers that other wrong providers have left may end meanwhile.
        for (let count = 0; count < 20; count += 1) {
          const timer = setInterval(() => {}, 60_000);
          vendor.cleanUps.push(() => clearInterval(timer));
        }
        return listen(sink);
      })(right, vendor, credential),
  },
];

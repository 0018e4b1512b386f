import type { ProviderEvent } from '@polysms/core/provider-kit';
import type { WrongProvider } from './wrong-provider.js';
import { giving, reading } from './wrong-reading.js';

export const wrongReading: readonly WrongProvider[] = [
  {
    name: 'loses the second event of a request',
    suite: 'webhooks',
    says: /gave 1 events of the 3/u,
    alter: giving((events) => events.slice(0, 1)),
  },
  {
    name: 'gives one event several times and loses the others',
    suite: 'webhooks',
    says: /has lost a report/u,
    alter: giving((events) => events.map((event) => events[0] ?? event)),
  },
  {
    name: 'takes every report for a delivery',
    suite: 'webhooks',
    says: /a report with another state/u,
    alter: giving((events) =>
      events.map((event) => (event.kind === 'report' ? { ...event, state: 'delivered' } : event)),
    ),
  },
  {
    name: 'gives the words of the vendor as a state',
    suite: 'webhooks',
    says: /gave the state "DELIVRD"/u,
    alter: giving((events) =>
      events.map((event) => (event.kind === 'report' ? { ...event, state: 'DELIVRD' as 'delivered' } : event)),
    ),
  },
  {
    name: 'gives reports that nobody can find',
    suite: 'webhooks',
    says: /neither an id nor a reference/u,
    alter: giving((events) =>
      events.map((event) => (event.kind === 'report' ? { kind: 'report', state: event.state } : event)),
    ),
  },
  {
    name: 'gives phone numbers as the vendor writes them',
    suite: 'webhooks',
    says: /whose (?:to|from) is no phone number in E\.164/u,
    alter: giving((events) =>
      events.map((event) => (event.kind === 'inbound' ? { ...event, from: event.from.slice(1) } : event)),
    ),
  },
  {
    name: 'reads what people write as Latin-1',
    suite: 'webhooks',
    says: /lost an inbound message/u,
    alter: giving((events) =>
      events.map((event) =>
        event.kind === 'inbound' ? { ...event, text: Buffer.from(event.text).toString('latin1') } : event,
      ),
    ),
  },
  {
    name: 'makes up references',
    suite: 'webhooks',
    says: /other events when the vendor repeated its request/u,
    alter: (right, ...rest) => {
      let made = 0;
      return giving((events) =>
        events.map((event) => {
          made += 1;
          return event.kind === 'report' ? { ...event, reference: event.id ?? '', providerCode: String(made) } : event;
        }),
      )(right, ...rest);
    },
  },
  {
    name: 'keeps reports to itself that come twice',
    suite: 'webhooks',
    says: /other events when the vendor repeated its request/u,
    alter: (right, ...rest) => {
      const seen = new Set<string>();
      return giving((events) =>
        events.filter((event) => {
          const isNew = !seen.has(JSON.stringify(event));
          seen.add(JSON.stringify(event));
          return isNew;
        }),
      )(right, ...rest);
    },
  },
  {
    name: 'keeps reports to itself that come too late',
    suite: 'webhooks',
    says: /gave 0 events of the 1/u,
    alter: (right, ...rest) => {
      let latest = 0;
      return giving((events) =>
        events.filter((event) => {
          const isLate = event.kind === 'report' && (event.at ?? 0) < latest;
          latest = Math.max(latest, event.at ?? 0);
          return !isLate;
        }),
      )(right, ...rest);
    },
  },
  {
    name: 'shares what it reads between requests',
    suite: 'webhooks',
    says: /gave \d+ events of the 1/u,
    alter: (right, ...rest) => {
      const pending: ProviderEvent[] = [];
      return reading(async (read, request, context) => {
        const one = await read(request, context);
        if (one.outcome === 'rejected') return one;
        pending.push(...one.events);
        await null;
        return { ...one, events: pending.splice(0) };
      })(right, ...rest);
    },
  },
];

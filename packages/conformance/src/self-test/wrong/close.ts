import { deadlineAfter } from '@polysms/core/provider-kit';
import type { WrongProvider } from './wrong-provider.js';

export const wrongClose: readonly WrongProvider[] = [
  {
    name: 'never finishes closing',
    suite: 'close',
    says: /close\(\) had not settled/u,
    alter: (right) => ({ ...right, close: () => new Promise(() => {}) }),
  },
  {
    name: 'cannot be closed twice',
    suite: 'close',
    says: /close\(\) rejected with Error: closed already/u,
    alter: (right) => {
      let closed = false;
      return {
        ...right,
        async close() {
          if (closed) throw new Error('closed already');
          closed = true;
          await right.close();
        },
      };
    },
  },
  {
    name: 'sends after it was closed',
    suite: 'close',
    says: /ended accepted after close\(\)/u,
    alter: (right) => ({ ...right, close: async () => {} }),
  },
  {
    name: 'throws after it was closed',
    suite: 'close',
    says: /rejected with Error: closed/u,
    alter: (right) => {
      let closed = false;
      return {
        ...right,
        async send(message, context) {
          if (closed) throw new Error('closed');
          return right.send(message, context);
        },
        async close() {
          closed = true;
          await right.close();
        },
      };
    },
  },
  {
    name: 'waits for calls that never end',
    suite: 'close',
    says: /close\(\) had not settled/u,
    alter: (right, vendor) => {
      const inFlight = new Set<Promise<unknown>>();
      // They end with the test. A deadline of their own could end before the kit's patience on a busy machine.
      const end = new AbortController();
      vendor.cleanUps.push(() => end.abort());
      return {
        ...right,
        send(message, context) {
          const call = right.send(message, { deadline: deadlineAfter(60_000, { signal: end.signal }) });
          inFlight.add(call);
          return Promise.race([call, right.send(message, context)]);
        },
        async close() {
          await Promise.all(inFlight);
          await right.close();
        },
      };
    },
  },
  {
    name: 'leaves a timer running',
    suite: 'close',
    says: /still open: \d+ × Timeout/u,
    alter: (right, vendor) => ({
      ...right,
      send(message, context) {
        const timer = setInterval(() => {}, 60_000);
        vendor.cleanUps.push(() => clearInterval(timer));
        return right.send(message, context);
      },
    }),
  },
];

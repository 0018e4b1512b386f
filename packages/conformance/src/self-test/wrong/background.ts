import { deadlineAfter, type OutboundMessage } from '@polysms/core/provider-kit';
import { checking, sending, type WrongProvider } from './wrong-provider.js';

const says = /in the background/iu;

/** Waits as a queue does that does not keep the process alive, so that no open timer betrays it. */
const later = (delayMs: number, work: () => Promise<unknown>) => setTimeout(() => void work(), delayMs).unref();

export const wrongBackground: readonly WrongProvider[] = [
  {
    name: 'sends again some time after a lost answer',
    suite: 'close',
    says,
    alter: sending(async (right, message, context) => {
      const outcome = await right(message, context);
      if (outcome.outcome === 'unknown') later(80, () => right(message, { deadline: deadlineAfter(1000) }));
      return outcome;
    }),
  },
  {
    name: 'sends again some time after a timeout only',
    suite: 'close',
    says,
    alter: (right, vendor, credential) =>
      sending(async (send, message, context) => {
        const outcome = await send(message, context);
        if (outcome.outcome === 'unknown' && outcome.code === 'timeout') {
          later(80, () => vendor.ask({ credential, action: 'send', message }));
        }
        return outcome;
      })(right, vendor, credential),
  },
  {
    name: 'sends what is unknown again when it is closed',
    suite: 'close',
    says,
    alter: (right, vendor, credential) => {
      const queue: OutboundMessage[] = [];
      return {
        ...right,
        async send(message, context) {
          const outcome = await right.send(message, context);
          if (outcome.outcome === 'unknown') queue.push(message);
          return outcome;
        },
        async close() {
          await right.close();
          const messages = queue.splice(0);
          later(100, () => Promise.all(messages.map((message) => vendor.ask({ credential, action: 'send', message }))));
        },
      };
    },
  },
  {
    name: 'checks a code again in the background',
    suite: 'close',
    says,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      if (outcome.outcome === 'unknown') later(20, () => right(request, { deadline: deadlineAfter(1000) }));
      return outcome;
    }),
  },
  {
    name: 'repeats a call that never ends in the background, and waits for it when it is closed',
    suite: 'close',
    says: /close\(\) had not settled after/u,
    alter: (right) => {
      const repeated: Promise<unknown>[] = [];
      return {
        ...right,
        async send(message, context) {
          const outcome = await right.send(message, context);
          if (outcome.outcome === 'unknown') repeated.push(new Promise(() => {}));
          return outcome;
        },
        async close() {
          await Promise.all(repeated);
          await right.close();
        },
      };
    },
  },
];

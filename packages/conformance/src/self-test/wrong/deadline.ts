import { deadlineAfter, type NotSent, notSent } from '@polysms/core/provider-kit';
import { deadlineAfterRunning } from '../../running-time.js';
import { answering, sending, type WrongProvider } from './wrong-provider.js';

export const wrongDeadline: readonly WrongProvider[] = [
  {
    name: 'ignores the deadline',
    suite: 'abort and deadline',
    says: /had not settled/u,
    alter: sending((right, message) => right(message, { deadline: deadlineAfterRunning(300) })),
  },
  {
    name: "ignores the caller's signal",
    suite: 'abort and deadline',
    says: /aborted after 50 ms, had not settled/u,
    alter: sending((right, message, { deadline }) =>
      right(message, { deadline: deadlineAfter(deadline.remainingMs()) }),
    ),
  },
  {
    name: 'sends although the deadline has passed',
    suite: 'abort and deadline',
    says: /deadline\.ended first/u,
    alter: sending((right, message, context) =>
      right(message, context.deadline.ended === undefined ? context : { deadline: deadlineAfter(100) }),
    ),
  },
  {
    name: 'waits until its deadline to be written',
    suite: 'abort and deadline',
    says: /to be written within 50 ms, had not settled/u,
    alter: sending((right, message, { deadline }) => right(message, { deadline })),
  },
  {
    name: 'calls what was written before writeBy not-sent after it',
    suite: 'abort and deadline',
    says: /not-sent \(timeout\), but phones received its message 1 times/u,
    alter: sending((right, message, context) => {
      const answer = right(message, { deadline: context.deadline });
      const { writeBy } = context;
      if (writeBy === undefined) return answer;
      const late = new Promise<NotSent>((resolve) => {
        const stop = writeBy.onEnd(() => resolve(notSent('timeout', 'It was not written in time.')));
        void answer.then(stop, stop);
      });
      return Promise.race([answer, late]);
    }),
  },
  {
    name: 'goes on listening to writeBy',
    suite: 'abort and deadline',
    says: /still has 1 listeners at its writeBy/u,
    alter: sending((right, message, context) => {
      context.writeBy?.onEnd(() => {});
      return right(message, context);
    }),
  },
  {
    name: 'calls every late answer not-sent',
    suite: 'abort and deadline',
    says: /not-sent \(timeout\)/u,
    alter: answering((outcome) =>
      outcome.outcome === 'unknown' && outcome.code === 'timeout' ? { ...outcome, outcome: 'not-sent' } : outcome,
    ),
  },
  {
    name: 'goes on listening to the deadline',
    suite: 'abort and deadline',
    says: /still has 1 listeners/u,
    alter: sending((right, message, context) => {
      context.deadline.onEnd(() => {});
      return right(message, context);
    }),
  },
  {
    name: 'lets one ended call end all later ones',
    suite: 'abort and deadline',
    says: /never a controller or connection that calls share/u,
    alter: (right) => {
      const shared = new AbortController();
      return {
        ...right,
        async send(message, context) {
          if (context.deadline.ended !== undefined) shared.abort();
          return shared.signal.aborted && context.deadline.ended === undefined
            ? notSent('aborted', 'The shared controller was aborted.')
            : right.send(message, context);
        },
      };
    },
  },
];

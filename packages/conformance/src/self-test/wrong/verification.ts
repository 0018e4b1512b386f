import { checking, type WrongProvider } from './wrong-provider.js';

export const wrongVerification: readonly WrongProvider[] = [
  {
    name: 'approves any code',
    suite: 'verification',
    says: /wrong code ended approved/u,
    alter: checking(async () => ({ outcome: 'approved' })),
  },
  {
    name: 'remembers a code, and approves it again',
    suite: 'verification',
    says: /approved a code that was approved before/u,
    alter: (right, ...rest) => {
      const approved = new Set<string>();
      return checking(async (check, request, context) => {
        if (approved.has(request.code)) return { outcome: 'approved' };
        const outcome = await check(request, context);
        if (outcome.outcome === 'approved') approved.add(request.code);
        return outcome;
      })(right, ...rest);
    },
  },
  {
    name: 'checks every code twice',
    suite: 'verification',
    says: /ask the vendor once|made 2 requests/u,
    alter: checking(async (right, request, context) => {
      await right(request, context);
      return right(request, context);
    }),
  },
  {
    name: 'checks every code twice, and returns the first answer',
    suite: 'verification',
    says: /check\(\) made 2 requests/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      await right(request, context);
      return outcome;
    }),
  },
  {
    name: 'calls a wrong code refused',
    suite: 'verification',
    says: /a wrong code is a result/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      if (outcome.outcome !== 'incorrect') return outcome;
      return { outcome: 'refused', code: 'invalid_request', message: 'The code is wrong.' };
    }),
  },
  {
    name: 'throws for a wrong code',
    suite: 'verification',
    says: /check\(\) rejected with Error: wrong/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      if (outcome.outcome === 'incorrect') throw new Error('wrong');
      return outcome;
    }),
  },
  {
    name: 'approves an empty code',
    suite: 'verification',
    says: /approved a text that is no code/u,
    alter: checking(async (right, request, context) =>
      request.code === '' ? { outcome: 'approved' } : right(request, context),
    ),
  },
];

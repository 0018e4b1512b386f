import { timingSafeEqual } from 'node:crypto';
import { memoryWebhooks, readProven } from '../memory-webhooks.js';
import type { WrongProvider } from './wrong-provider.js';
import { reading } from './wrong-reading.js';

export const wrongProof: readonly WrongProvider[] = [
  {
    name: 'trusts an unsigned request',
    suite: 'webhooks',
    says: /believed a request with no signature/u,
    alter: reading(async (right, request, context) =>
      request.headers.has('signature') ? right(request, context) : readProven(request),
    ),
  },
  {
    name: 'trusts every request',
    suite: 'webhooks',
    says: /believed a request with bit \d of byte \d+ of its body changed/u,
    alter: reading(async (_, request) => readProven(request)),
  },
  {
    name: 'compares signatures with ===',
    suite: 'webhooks',
    says: /without timingSafeEqual/u,
    alter: (right, { signing }) => ({
      ...right,
      webhooks: memoryWebhooks(signing, (given, correct) => String(given) === String(correct)),
    }),
  },
  {
    name: 'compares signatures without a look at their lengths',
    suite: 'webhooks',
    says: /rejected with RangeError/u,
    alter: (right, { signing }) => ({ ...right, webhooks: memoryWebhooks(signing, timingSafeEqual) }),
  },
  {
    name: 'compares as much of a signature as there is',
    suite: 'webhooks',
    says: /believed a request with (?:no|an empty) signature/u,
    alter: (right, { signing }) => ({
      ...right,
      webhooks: memoryWebhooks(signing, (given, correct) => timingSafeEqual(given, correct.subarray(0, given.length))),
    }),
  },
  {
    name: 'believes what is signed by the body alone',
    suite: 'webhooks',
    says: /believed a request with a bit of character \d+ of its URL changed/u,
    alter: (right, { signing }) => {
      signing.signed = (_time, _url, body) => [body];
      return right;
    },
  },
  {
    name: 'believes what is signed without its body',
    suite: 'webhooks',
    says: /believed a request with bit \d of byte \d+ of its body changed/u,
    alter: (right, { signing }) => {
      signing.signed = (time, url) => [time, url];
      return right;
    },
  },
  {
    name: 'believes a time that is not signed',
    suite: 'webhooks',
    says: /believed an old request with a new time written over it/u,
    alter: (right, { signing }) => {
      signing.signed = (_time, url, body) => [url, body];
      return right;
    },
  },
  {
    name: 'ignores the time of a request',
    suite: 'webhooks',
    says: /ended verified for a request that was signed 11 minutes ago/u,
    alter: (right, { signing }) => {
      signing.hasTime = false;
      return right;
    },
  },
  {
    name: 'believes what comes from the future',
    suite: 'webhooks',
    says: /ended verified for a request that was signed 11 minutes ahead/u,
    alter: reading((right, request, context) => {
      const time = Number(request.headers.get('time')) * 1000;
      return right(request, time > context.now ? { ...context, now: time } : context);
    }),
  },
  {
    name: 'has a tolerance of its own',
    suite: 'webhooks',
    says: /rejected a request that was signed 9 minutes ago/u,
    alter: reading((right, request, context) => right(request, { ...context, toleranceMs: 300_000 })),
  },
  {
    name: "compares times with the machine's",
    suite: 'webhooks',
    says: /rejected a genuine report \(stale\)/u,
    alter: reading((right, request, context) => right(request, { ...context, now: Date.now() })),
  },
  {
    name: 'takes any method',
    suite: 'webhooks',
    says: /believed a request with the method PUT/u,
    alter: reading((right, request, context) => right({ ...request, method: 'POST' }, context)),
  },
];

import { accepted, unknown } from '@polysms/core/provider-kit';
import { answering, checking, sending, type WrongProvider } from './wrong-provider.js';

export const wrongOutcomes: readonly WrongProvider[] = [
  {
    name: 'silently sends again after a lost answer',
    suite: 'outcomes',
    says: /made 2 requests|received its message 2 times/u,
    alter: sending(async (right, message, context) => {
      const outcome = await right(message, context);
      return outcome.outcome === 'unknown' ? right(message, context) : outcome;
    }),
  },
  {
    name: 'calls a written request not-sent',
    suite: 'outcomes',
    says: /not-sent only if the request was not written|instead of unknown/u,
    alter: answering((outcome) => (outcome.outcome === 'unknown' ? { ...outcome, outcome: 'not-sent' } : outcome)),
  },
  {
    name: 'calls a refused connection unknown',
    suite: 'outcomes',
    says: /instead of not-sent when the connection is refused/u,
    alter: answering((outcome) =>
      outcome.outcome === 'not-sent' && outcome.code === 'network_error' ? { ...outcome, outcome: 'unknown' } : outcome,
    ),
  },
  {
    name: 'takes any answer for a success',
    suite: 'outcomes',
    says: /instead of unknown when nobody can read the answer/u,
    alter: answering((outcome) => ('code' in outcome && outcome.code === 'invalid_response' ? accepted() : outcome)),
  },
  {
    name: 'takes a server error for a success',
    suite: 'outcomes',
    says: /a server error is unknown/u,
    alter: answering((outcome) =>
      'code' in outcome && outcome.code === 'provider_unavailable' ? accepted() : outcome,
    ),
  },
  {
    name: 'calls a refusal unknown',
    suite: 'outcomes',
    says: /instead of refused/u,
    alter: answering((outcome) => (outcome.outcome === 'refused' ? unknown(outcome.code, outcome.message) : outcome)),
  },
  {
    name: 'makes up an error code',
    suite: 'outcomes',
    says: /code "E_NO"/u,
    alter: answering((outcome) =>
      outcome.outcome === 'refused' ? { ...outcome, code: 'E_NO' as 'timeout' } : outcome,
    ),
  },
  {
    name: 'approves a code when the answer is lost',
    suite: 'outcomes',
    says: /check\(\) ended approved instead of unknown/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      return outcome.outcome === 'unknown' ? { outcome: 'approved' } : outcome;
    }),
  },
  {
    name: 'checks again after a lost answer',
    suite: 'outcomes',
    says: /check\(\) made 2 requests/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      return outcome.outcome === 'unknown' && outcome.code === 'network_error' ? right(request, context) : outcome;
    }),
  },
];

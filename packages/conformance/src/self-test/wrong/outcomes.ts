import { accepted, type SendOutcome, type SmsErrorCode, type Unknown, unknown } from '@polysms/core/provider-kit';
import { ConnectionLost } from '../memory-vendor.js';
import { answering, checking, sending, type WrongProvider } from './wrong-provider.js';

function wasLostBy(code: string, outcome: SendOutcome): outcome is Unknown {
  return outcome.outcome === 'unknown' && outcome.cause instanceof ConnectionLost && outcome.cause.code === code;
}

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
  {
    name: 'takes ECONNRESET for a request that was not sent',
    suite: 'outcomes',
    says: /not-sent \(network_error\) instead of unknown when the connection is reset/u,
    alter: answering((outcome) => (wasLostBy('ECONNRESET', outcome) ? { ...outcome, outcome: 'not-sent' } : outcome)),
  },
  {
    name: 'takes a closed connection for a request that was not sent',
    suite: 'outcomes',
    says: /not-sent \(network_error\) instead of unknown when the connection is closed/u,
    alter: answering((outcome) =>
      wasLostBy('UND_ERR_SOCKET', outcome) ? { ...outcome, outcome: 'not-sent' } : outcome,
    ),
  },
  {
    name: 'takes half an answer for the whole',
    suite: 'outcomes',
    says: /accepted instead of unknown when the answer is cut/u,
    alter: answering((outcome) => (wasLostBy('UND_ERR_RES_CONTENT_LENGTH_MISMATCH', outcome) ? accepted() : outcome)),
  },
  {
    name: 'calls a server error refused',
    suite: 'outcomes',
    says: /refused \(provider_unavailable\) instead of unknown when the vendor answers with a server error/u,
    alter: answering((outcome) =>
      outcome.outcome === 'unknown' && outcome.code === 'provider_unavailable'
        ? { ...outcome, outcome: 'refused' }
        : outcome,
    ),
  },
  {
    name: 'calls a refusal no_route',
    suite: 'outcomes',
    says: /"no_route", which only the client uses/u,
    alter: answering((outcome) => (outcome.outcome === 'refused' ? { ...outcome, code: 'no_route' } : outcome)),
  },
  {
    name: 'calls a lost answer circuit_open',
    suite: 'outcomes',
    says: /"circuit_open", which only the client uses/u,
    alter: answering((outcome) =>
      outcome.outcome === 'unknown' && outcome.code === 'network_error'
        ? { ...outcome, code: 'circuit_open' }
        : outcome,
    ),
  },
  {
    name: "looks the vendor's code up in a bare object",
    suite: 'outcomes',
    says: /refused with the vendor code "toString", failed with the code/u,
    alter: answering((outcome) => {
      const codes: Readonly<Record<string, SmsErrorCode>> = { no: 'permission_denied' };
      if (outcome.outcome !== 'refused' || outcome.providerCode === undefined) return outcome;
      return { ...outcome, code: codes[outcome.providerCode] ?? outcome.code };
    }),
  },
];
